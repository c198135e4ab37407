#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace strike::sign {

/// Pages of their own for a key: left out of core dumps, locked against swapping where the limits of the process allow
/// it, zero after a fork in the child, and wiped when it goes. Moving leaves the source empty and no second copy
/// behind.
class secret_memory {
public:
  secret_memory() = default;
  /// All zero.
  /// @throws std::bad_alloc if the system has no memory, as `new` would
  explicit secret_memory(std::size_t size);
  secret_memory(secret_memory&& other) noexcept;
  secret_memory& operator=(secret_memory&& other) noexcept;
  secret_memory(const secret_memory&) = delete;
  secret_memory& operator=(const secret_memory&) = delete;
  ~secret_memory();

  std::span<std::uint8_t> writable() { return {data_, size_}; }
  std::span<const std::uint8_t> reveal() const { return {data_, size_}; }

private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

} // namespace strike::sign
