#include "bus/curve.hpp"

#include <algorithm>
#include <cassert>
#include <fstream>
#include <iterator>
#include <zmq.h>

namespace strike::bus {
namespace {

constexpr std::size_t key_characters = 40;
constexpr std::size_t most_file_bytes = 256; ///< a key and some white space; larger is another file

bool is_key(std::string_view text) {
  constexpr std::string_view z85 =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
  return text.size() == key_characters && text.find_first_not_of(z85) == std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const auto begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

} // namespace

key_pair make_key_pair() {
  char public_key[key_characters + 1];
  char secret_key[key_characters + 1];
  [[maybe_unused]] const int rc = zmq_curve_keypair(public_key, secret_key);
  assert(rc == 0); // only a libzmq without CURVE refuses
  return {public_key, secret_key};
}

result<std::string> load_key(std::string_view text_or_path) {
  const auto given = trimmed(text_or_path);
  if (is_key(given)) return std::string{given};
  if (given.empty()) return fail(ec::invalid_config, "a CURVE key is empty; give 40 characters of Z85 or a file");
  std::ifstream file{std::string{given}, std::ios::binary};
  if (!file)
    return fail(ec::invalid_config, "a CURVE key is neither 40 characters of Z85 nor the path of a readable file");
  std::string text(most_file_bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  const auto key = trimmed(text);
  if (!is_key(key)) return fail(ec::invalid_config, "file '" + std::string{given} + "' does not hold a CURVE key");
  return std::string{key};
}

result<key_pair> load_key_pair(std::string_view secret_text_or_path) {
  auto secret = load_key(secret_text_or_path);
  if (!secret) return std::unexpected{secret.error()};
  char public_key[key_characters + 1];
  if (zmq_curve_public(public_key, secret->c_str()) != 0) return fail(ec::invalid_config, "not a CURVE secret key");
  return key_pair{public_key, std::move(*secret)};
}

} // namespace strike::bus
