#include "dashboard/guard.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace strike::dashboard {

namespace {

using digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

digest digest_of(std::string_view text) {
  digest made{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), made.data());
  return made;
}

std::string random_name() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error{"no random numbers: OpenSSL's generator failed"};
  std::string text;
  for (const auto x : bytes) text += fmt::format("{:02x}", x);
  return text;
}

} // namespace

bool is_same_secret(std::string_view a, std::string_view b) {
  const auto left = digest_of(a), right = digest_of(b); // of one length, whatever the texts have
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string_view cookie_value(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = std::min(header.find(';'), header.size());
    auto part = header.substr(0, end);
    while (part.starts_with(' ')) part.remove_prefix(1);
    if (part.starts_with(name) && part.substr(name.size()).starts_with('=')) return part.substr(name.size() + 1);
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return {};
}

bool rate_limit::pass(std::chrono::steady_clock::time_point now) {
  const std::chrono::duration<double> passed = now - last_;
  left_ = std::min(bounds_.burst, left_ + passed.count() * bounds_.per_second);
  last_ = now;
  if (left_ < 1) return false;
  left_ -= 1;
  return true;
}

bool peer_limits::pass(const std::string& peer, std::chrono::steady_clock::time_point now) {
  auto found = peers_.find(peer);
  if (found == peers_.end()) {
    if (peers_.size() >= most)
      peers_.erase(std::ranges::min_element(peers_, {}, [](const auto& x) { return x.second.last(); }));
    found = peers_.emplace(peer, rate_limit{each_}).first;
  }
  return found->second.pass(now);
}

guard::guard(process::secret_text token, bool is_open_to_world)
    : token_{std::move(token)}, is_open_to_world_{is_open_to_world} {}

bool guard::may_read(std::string_view authorization, std::string_view cookies) const {
  return !is_open_to_world_ || may_act(authorization, cookies);
}

bool guard::may_act(std::string_view authorization, std::string_view cookies) const {
  if (!has_token()) return false;
  constexpr std::string_view scheme = "Bearer ";
  if (authorization.starts_with(scheme)) return is_same_secret(authorization.substr(scheme.size()), token_.reveal());
  const auto session = cookie_value(cookies, cookie_name);
  bool is_known = false;
  for (const auto& x : sessions_) is_known = is_same_secret(x, session) || is_known; // all are looked at
  return is_known;
}

std::optional<std::string> guard::log_in(std::string_view token) {
  if (!has_token() || !is_same_secret(token, token_.reveal())) return {};
  sessions_.push_back(random_name());
  if (sessions_.size() > most_sessions) sessions_.pop_front();
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age=604800", cookie_name, sessions_.back());
}

void guard::log_out(std::string_view cookies) {
  const auto session = cookie_value(cookies, cookie_name);
  std::erase_if(sessions_, [&](const std::string& x) { return is_same_secret(x, session); });
}

} // namespace strike::dashboard
