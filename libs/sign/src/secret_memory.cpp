#include "sign/secret_memory.hpp"

#include <openssl/crypto.h>
#include <sys/mman.h>

#include <new>
#include <utility>

namespace strike::sign {

secret_memory::secret_memory(std::size_t size) : size_{size} {
  if (size == 0) return;
  void* const pages = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc{};
  // Each may be refused (RLIMIT_MEMLOCK is often small, old kernels lack an advice): the key is usable all the same.
  mlock(pages, size);
  madvise(pages, size, MADV_DONTDUMP);
  madvise(pages, size, MADV_WIPEONFORK);
  data_ = static_cast<std::uint8_t*>(pages);
}

secret_memory::secret_memory(secret_memory&& other) noexcept
    : data_{std::exchange(other.data_, nullptr)}, size_{std::exchange(other.size_, 0)} {}

secret_memory& secret_memory::operator=(secret_memory&& other) noexcept {
  secret_memory taken{std::move(other)}; // takes the old pages with it
  std::swap(data_, taken.data_);
  std::swap(size_, taken.size_);
  return *this;
}

secret_memory::~secret_memory() {
  if (data_ == nullptr) return;
  OPENSSL_cleanse(data_, size_);
  munmap(data_, size_); // also unlocks
}

} // namespace strike::sign
