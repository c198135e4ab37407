#pragma once

#include "kit/process.hpp"
#include "kit/tcp_client.hpp"
#include "kit/temp_folder.hpp"

#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A service of Strike as a process, with a configuration and a log of its own. It can be killed and started again.
class service {
public:
  /// Starts it.
  /// @param name of its folder, which is made in `in`
  /// @param config text of its strike.toml
  service(const temp_folder& in, const std::string& name, std::string program, std::string_view config)
      : folder_{(in / name).string()} {
    std::filesystem::create_directory(folder_);
    arguments_ = {std::move(program), "--config", in.write(name + "/strike.toml", config), "--health", "127.0.0.1:0"};
    start();
  }
  void start() { running_.emplace(arguments_, folder_); }
  /// As a crash would end it.
  void kill() {
    running_->signal(SIGKILL);
    running_->wait();
  }
  /// As an operator ends it.
  process_result stop() {
    running_->signal(SIGTERM);
    return running_->wait();
  }

  std::string err() const { return running_->err(); }
  bool wait_for_err(std::string_view text) const { return running_->wait_for_err(text); }
  /// As `process::logged`.
  std::string logged(const std::string& key) const { return running_->logged(key); }
  bool is_ready() const { return http_get(logged("health="), "/readyz").status == 200; }
  /// The sum of a metric over all its labels that contain `label`; 0 if there is none. Services bring most of them up
  /// to date once a second.
  double metric(std::string_view name, std::string_view label = {}) const {
    std::istringstream text{http_get(logged("health="), "/metrics").body};
    double sum = 0;
    for (std::string line; std::getline(text, line);) {
      const auto end = line.find_first_of("{ ");
      if (line.substr(0, end) != name || line.find(label) == std::string::npos) continue;
      sum += std::stod(line.substr(line.rfind(' ') + 1));
    }
    return sum;
  }

private:
  std::string folder_;
  std::vector<std::string> arguments_;
  std::optional<process> running_;
};
