#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

/// A folder for one test, gone with it.
class temp_folder {
public:
  temp_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "strike-test-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~temp_folder() { std::filesystem::remove_all(path_); }
  temp_folder(const temp_folder&) = delete;
  temp_folder& operator=(const temp_folder&) = delete;

  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  std::filesystem::path write(std::string_view name, std::string_view text) const {
    const auto file = path_ / name;
    std::ofstream{file, std::ios::binary} << text;
    return file;
  }

private:
  std::filesystem::path path_;
};
