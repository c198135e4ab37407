#pragma once

#include "sandbox/venue_server.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// A client's end, in memory.
struct fake_connection final : strike::sandbox::connection {
  explicit fake_connection(std::uint64_t number = 1) : number_{number} {}

  void send(std::string text, strike::sandbox::frame_kind kind) override {
    texts.push_back(std::move(text));
    kinds.push_back(kind);
  }
  void close(std::uint16_t code, std::string_view reason) override { closed = {code, std::string{reason}}; }
  void cut() override { is_cut = true; }
  std::uint64_t id() const override { return number_; }

  /// What came since the last call.
  std::vector<std::string> taken() {
    kinds.clear();
    return std::exchange(texts, {});
  }

  std::vector<std::string> texts;
  std::vector<strike::sandbox::frame_kind> kinds;
  std::optional<std::pair<std::uint16_t, std::string>> closed;
  bool is_cut = false;

private:
  std::uint64_t number_;
};
