#include "journal/writer.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace strike::journal {

namespace {

constexpr std::size_t block_bytes = 1 << 16;
constexpr int zstd_level = 3, gzip_level = 6;

/// Where blocks of text go.
class sink {
public:
  virtual ~sink() = default;
  /// @returns false with errno set
  virtual bool put(std::string_view text) = 0;
  virtual bool finish() = 0;
};

struct close_file {
  void operator()(std::FILE* x) const { std::fclose(x); }
};
using file_handle = std::unique_ptr<std::FILE, close_file>;

bool write_all(std::FILE* file, const void* data, std::size_t size) { return std::fwrite(data, 1, size, file) == size; }
bool close_now(file_handle& file) { return std::fclose(file.release()) == 0; }

class plain_sink final : public sink {
public:
  explicit plain_sink(file_handle file) : file_{std::move(file)} {}
  bool put(std::string_view text) override { return write_all(file_.get(), text.data(), text.size()); }
  bool finish() override { return close_now(file_); }

private:
  file_handle file_;
};

class zstd_sink final : public sink {
public:
  explicit zstd_sink(file_handle file)
      : file_{std::move(file)}, stream_{ZSTD_createCCtx()}, block_(ZSTD_CStreamOutSize()) {
    ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_compressionLevel, zstd_level);
    ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_checksumFlag, 1);
  }
  bool put(std::string_view text) override { return compress(text, ZSTD_e_continue); }
  bool finish() override { return compress({}, ZSTD_e_end) && close_now(file_); }

private:
  bool compress(std::string_view text, ZSTD_EndDirective how) {
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{block_.data(), block_.size(), 0};
      const auto rest = ZSTD_compressStream2(stream_.get(), &out, &in, how);
      if (ZSTD_isError(rest) != 0) return errno = EIO, false;
      if (!write_all(file_.get(), block_.data(), out.pos)) return false;
      if (how == ZSTD_e_end ? rest == 0 : in.pos == in.size) return true;
    }
  }
  struct free_stream {
    void operator()(ZSTD_CCtx* x) const { ZSTD_freeCCtx(x); }
  };
  file_handle file_;
  std::unique_ptr<ZSTD_CCtx, free_stream> stream_;
  std::vector<char> block_;
};

class gzip_sink final : public sink {
public:
  explicit gzip_sink(file_handle file) : file_{std::move(file)}, block_(block_bytes) {
    deflateInit2(&stream_, gzip_level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY); // 16: a gzip header
  }
  ~gzip_sink() override { deflateEnd(&stream_); }
  gzip_sink(const gzip_sink&) = delete;
  gzip_sink& operator=(const gzip_sink&) = delete;
  bool put(std::string_view text) override { return compress(text, Z_NO_FLUSH); }
  bool finish() override { return compress({}, Z_FINISH) && close_now(file_); }

private:
  bool compress(std::string_view text, int how) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(block_.data());
      stream_.avail_out = static_cast<uInt>(block_.size());
      deflate(&stream_, how);
      if (!write_all(file_.get(), block_.data(), block_.size() - stream_.avail_out)) return false;
    } while (stream_.avail_out == 0);
    return true;
  }
  file_handle file_;
  std::vector<char> block_;
  z_stream stream_{};
};

class file_writer final : public writer {
public:
  file_writer(std::unique_ptr<sink> to, std::string name, const instrument_registry& instruments)
      : to_{std::move(to)}, name_{std::move(name)}, instruments_{instruments} {}

  result<void> append(const market_event& event) override {
    append_line(pending_, event, instruments_);
    return pending_.size() < block_bytes ? result<void>{} : flush();
  }
  result<void> close() override {
    if (auto done = flush(); !done) return done;
    return to_->finish() ? result<void>{} : failed();
  }

private:
  result<void> flush() {
    if (!to_->put(pending_)) return failed();
    pending_.clear();
    return {};
  }
  std::unexpected<error> failed() const {
    return fail(ec::io, fmt::format("{}: {}; free some space or choose another place", name_, std::strerror(errno)));
  }
  std::unique_ptr<sink> to_;
  std::string name_;
  const instrument_registry& instruments_;
  std::string pending_;
};

} // namespace

result<std::unique_ptr<writer>> writer::create(const std::filesystem::path& file,
                                               const instrument_registry& instruments) {
  file_handle handle{std::fopen(file.c_str(), "wb")};
  if (!handle) return fail(ec::io, fmt::format("{}: {}", file.string(), std::strerror(errno)));
  std::unique_ptr<sink> to;
  if (file.extension() == ".zst")
    to = std::make_unique<zstd_sink>(std::move(handle));
  else if (file.extension() == ".gz")
    to = std::make_unique<gzip_sink>(std::move(handle));
  else
    to = std::make_unique<plain_sink>(std::move(handle));
  return std::make_unique<file_writer>(std::move(to), file.string(), instruments);
}

} // namespace strike::journal
