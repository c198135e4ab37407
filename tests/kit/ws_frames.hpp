#pragma once

#include "kit/tls_server.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <zlib.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

/// The server's side of RFC 6455 and RFC 7692, written apart from libwebsockets, so that two readings meet.
namespace strike::test::ws {

enum : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
constexpr std::uint8_t final_bit = 0x80, deflated_bit = 0x40;

/// A frame to the client.
inline std::string frame(std::string_view payload, std::uint8_t kind = text, std::uint8_t bits = final_bit) {
  std::string x{static_cast<char>(bits | kind)};
  const auto size = payload.size();
  const auto bytes = size < 126 ? 0 : size < 65'536 ? 2 : 8;
  x += static_cast<char>(bytes == 0 ? size : bytes == 2 ? 126 : 127);
  for (int i = bytes - 1; i >= 0; --i) x += static_cast<char>(static_cast<std::uint64_t>(size) >> (8 * i));
  return x.append(payload);
}

inline std::string close_frame(std::uint16_t code, std::string_view reason) {
  return frame(std::string{static_cast<char>(code >> 8), static_cast<char>(code)}.append(reason), close);
}

struct received {
  std::uint8_t head = 0; ///< bits and kind; 0: the client has closed
  std::string payload;
  std::uint8_t kind() const { return head & 0x0f; }
};

/// The next frame of the client.
inline received read_frame(peer& from) {
  const auto head = from.read_exactly(2);
  if (head.size() < 2) return {};
  const auto number = [&](std::size_t bytes) {
    std::uint64_t x = 0;
    for (const char c : from.read_exactly(bytes)) x = x << 8 | static_cast<unsigned char>(c);
    return x;
  };
  std::uint64_t size = head[1] & 0x7f;
  if (size == 126)
    size = number(2);
  else if (size == 127)
    size = number(8);
  const auto mask = from.read_exactly(4);
  auto payload = from.read_exactly(size);
  if (mask.size() < 4 || payload.size() < size) return {};
  for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  return {static_cast<std::uint8_t>(head[0]), payload};
}

inline std::string header_of(const std::string& head, std::string_view name) {
  const auto at = head.find("\r\n" + std::string{name} + ": ");
  if (at == head.npos) return {};
  const auto from = at + name.size() + 4;
  return head.substr(from, head.find("\r\n", from) - from);
}

/// Agrees to an upgrade.
/// @returns the head of the client's request
inline std::string accept(peer& on, std::string_view extra = {}) {
  const auto head = on.read_until("\r\n\r\n");
  const auto key = header_of(head, "Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
  std::array<char, 64> proof{};
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(proof.data()), digest.data(), digest.size());
  on.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           std::string{proof.data()} + "\r\n" + std::string{extra} + "\r\n");
  return head;
}

/// Messages as permessage-deflate sends them, without the tail 00 00 ff ff, each with the memory of those before.
class deflater {
public:
  deflater() { deflateInit2(&z_, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY); }
  ~deflater() { deflateEnd(&z_); }
  deflater(const deflater&) = delete;
  deflater& operator=(const deflater&) = delete;

  std::string message(std::string_view text) {
    std::string out(text.size() + 1024, '\0');
    z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    z_.avail_in = static_cast<uInt>(text.size());
    z_.next_out = reinterpret_cast<Bytef*>(out.data());
    z_.avail_out = static_cast<uInt>(out.size());
    deflate(&z_, Z_SYNC_FLUSH);
    out.resize(out.size() - z_.avail_out - 4);
    return out;
  }

private:
  z_stream z_{};
};

/// One by itself.
inline std::string deflated(std::string_view text) { return deflater{}.message(text); }

inline std::string inflated(std::string message) {
  message.append("\x00\x00\xff\xff", 4);
  z_stream z{};
  inflateInit2(&z, -15);
  std::string out(1 << 20, '\0');
  z.next_in = reinterpret_cast<Bytef*>(message.data());
  z.avail_in = static_cast<uInt>(message.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  inflate(&z, Z_SYNC_FLUSH);
  out.resize(z.total_out);
  inflateEnd(&z);
  return out;
}

} // namespace strike::test::ws
