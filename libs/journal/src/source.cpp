#include "source.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace strike::journal {

namespace {

struct close_file {
  void operator()(std::FILE* x) const { std::fclose(x); }
};
using file_handle = std::unique_ptr<std::FILE, close_file>;

/// The file's own bytes, in blocks.
class raw_file {
public:
  raw_file(file_handle file, std::string name) : file_{std::move(file)}, name_{std::move(name)} {}

  result<std::size_t> read(std::span<char> into) {
    const auto count = std::fread(into.data(), 1, into.size(), file_.get());
    if (count < into.size() && std::ferror(file_.get()) != 0)
      return fail(ec::io, fmt::format("{}: {}", name_, std::strerror(errno)));
    consumed_ += count;
    return count;
  }
  std::uint64_t consumed() const { return consumed_; }
  const std::string& name() const { return name_; }

private:
  file_handle file_;
  std::string name_;
  std::uint64_t consumed_ = 0;
};

class plain_source final : public byte_source {
public:
  explicit plain_source(raw_file file) : file_{std::move(file)} {}
  result<std::size_t> read(std::span<char> into) override { return file_.read(into); }
  std::uint64_t consumed() const override { return file_.consumed(); }

private:
  raw_file file_;
};

/// @param whole bytes of the file, up to the end of the last complete frame or member
std::unexpected<error> ends_early(const raw_file& file, std::uint64_t whole) {
  return fail(ec::malformed,
              fmt::format("{}: the compressed data ends early: its last {} of {} bytes are torn; what came before was "
                          "read. Fetch the whole file again, or accept the shorter run",
                          file.name(), file.consumed() - whole, file.consumed()));
}

class zstd_source final : public byte_source {
public:
  explicit zstd_source(raw_file file)
      : file_{std::move(file)}, stream_{ZSTD_createDStream()}, block_(ZSTD_DStreamInSize()) {}

  result<std::size_t> read(std::span<char> into) override {
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    while (out.pos < out.size) {
      bool at_end = false;
      if (in_.pos == in_.size) {
        auto count = file_.read(block_);
        if (!count) return count;
        at_end = *count == 0;
        if (at_end && frame_done_) break;
        in_ = {block_.data(), *count, 0};
      }
      const auto before = out.pos;
      const auto rest = ZSTD_decompressStream(stream_.get(), &out, &in_);
      if (ZSTD_isError(rest) != 0)
        return fail(ec::malformed, fmt::format("{}: broken zstd data: {}", file_.name(), ZSTD_getErrorName(rest)));
      frame_done_ = rest == 0;
      if (frame_done_) whole_ = file_.consumed() - (in_.size - in_.pos);
      // at the end of the file the decoder may still hold text; once it has none, the frame is torn
      if (at_end && !frame_done_ && out.pos == before) {
        if (out.pos > 0) break;
        return ends_early(file_, whole_);
      }
    }
    return out.pos;
  }
  std::uint64_t consumed() const override { return file_.consumed(); }

private:
  struct free_stream {
    void operator()(ZSTD_DStream* x) const { ZSTD_freeDStream(x); }
  };
  raw_file file_;
  std::unique_ptr<ZSTD_DStream, free_stream> stream_;
  std::vector<char> block_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  std::uint64_t whole_ = 0;
  bool frame_done_ = false;
};

class gzip_source final : public byte_source {
public:
  explicit gzip_source(raw_file file) : file_{std::move(file)}, block_(1 << 17) {
    inflateInit2(&stream_, 15 + 16); // 15: the largest window; 16: a gzip header
  }
  ~gzip_source() override { inflateEnd(&stream_); }
  gzip_source(const gzip_source&) = delete;
  gzip_source& operator=(const gzip_source&) = delete;

  result<std::size_t> read(std::span<char> into) override {
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(into.size());
    const auto done = [&] { return into.size() - stream_.avail_out; };
    while (stream_.avail_out > 0) {
      if (stream_.avail_in == 0) {
        auto count = file_.read(block_);
        if (!count) return count;
        if (*count == 0) {
          if (!member_done_) return done() > 0 ? result<std::size_t>{done()} : ends_early(file_, whole_);
          break;
        }
        stream_.next_in = reinterpret_cast<Bytef*>(block_.data());
        stream_.avail_in = static_cast<uInt>(*count);
      }
      if (member_done_) inflateReset(&stream_); // a file may be several members, one after the other
      member_done_ = false;
      const int state = inflate(&stream_, Z_NO_FLUSH);
      if (state == Z_STREAM_END) {
        member_done_ = true;
        whole_ = file_.consumed() - stream_.avail_in;
      } else if (state != Z_OK && state != Z_BUF_ERROR) {
        return fail(ec::malformed, fmt::format("{}: broken gzip data: {}", file_.name(),
                                               stream_.msg != nullptr ? stream_.msg : "unknown"));
      }
    }
    return done();
  }
  std::uint64_t consumed() const override { return file_.consumed(); }

private:
  raw_file file_;
  std::vector<char> block_;
  z_stream stream_{};
  std::uint64_t whole_ = 0;
  bool member_done_ = false;
};

} // namespace

result<std::unique_ptr<byte_source>> byte_source::open(const std::filesystem::path& file) {
  const auto name = file.string();
  std::error_code fault;
  if (!std::filesystem::exists(file, fault))
    return fail(ec::not_found, fmt::format("{}: no such file; check the path", name));
  if (std::filesystem::is_directory(file, fault))
    return fail(ec::io, fmt::format("{}: is a directory; name the recordings in it", name));
  if (!std::filesystem::is_regular_file(file, fault)) // its start is read twice
    return fail(ec::io, fmt::format("{}: is no regular file; write a pipe's data to disk first", name));
  file_handle handle{std::fopen(file.c_str(), "rb")};
  if (!handle) return fail(ec::io, fmt::format("{}: {}", name, std::strerror(errno)));

  unsigned char head[512];
  const auto count = std::fread(head, 1, sizeof head, handle.get());
  if (count == 0)
    return fail(ec::malformed, fmt::format("{}: the file is empty; a recording has one JSON object a line", name));
  std::rewind(handle.get());
  raw_file raw{std::move(handle), name};
  const auto starts_with = [&](std::initializer_list<unsigned char> magic) {
    return count >= magic.size() && std::equal(magic.begin(), magic.end(), head);
  };
  if (starts_with({0x28, 0xB5, 0x2F, 0xFD})) return std::make_unique<zstd_source>(std::move(raw));
  if (starts_with({0x1F, 0x8B})) return std::make_unique<gzip_source>(std::move(raw));
  for (std::size_t i = 0; i < count; ++i)
    if (head[i] < 0x20 && head[i] != '\n' && head[i] != '\r' && head[i] != '\t')
      return fail(ec::malformed,
                  fmt::format("{}: a binary file (byte {} is 0x{:02x}); a recording is JSON lines, plain, "
                              ".gz or .zst",
                              name, i, head[i]));
  return std::make_unique<plain_source>(std::move(raw));
}

} // namespace strike::journal
