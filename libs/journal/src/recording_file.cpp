#include "journal/recording_file.hpp"

#include "hash.hpp"

#include <zstd.h>

#include <vector>

namespace strike::journal {

namespace {
struct free_stream {
  void operator()(ZSTD_CCtx* x) const { ZSTD_freeCCtx(x); }
};
struct free_hash {
  void operator()(XXH3_state_t* x) const { XXH3_freeState(x); }
};
} // namespace

struct recording_file::impl {
  impl(std::unique_ptr<disk_file> to, std::filesystem::path file, int level, const instrument_registry& names)
      : out{std::move(to)}, path{std::move(file)}, compression{level}, instruments{names} {
    XXH3_128bits_reset(hash.get());
    if (compression == 0) return;
    stream.reset(ZSTD_createCCtx());
    ZSTD_CCtx_setParameter(stream.get(), ZSTD_c_compressionLevel, compression);
    ZSTD_CCtx_setParameter(stream.get(), ZSTD_c_checksumFlag, 1);
  }
  /// What is pending as it goes to the file; valid until the next call.
  result<std::string_view> packed() {
    if (!stream) return std::string_view{pending};
    frame.resize(ZSTD_compressBound(pending.size()));
    const auto size = ZSTD_compress2(stream.get(), frame.data(), frame.size(), pending.data(), pending.size());
    if (ZSTD_isError(size) != 0)
      return fail(ec::io, fmt::format("{}: zstd: {}", path.string(), ZSTD_getErrorName(size)));
    return std::string_view{frame.data(), size};
  }

  std::unique_ptr<disk_file> out;
  std::filesystem::path path;
  int compression;
  const instrument_registry& instruments;
  std::unique_ptr<ZSTD_CCtx, free_stream> stream; ///< null: plain
  std::unique_ptr<XXH3_state_t, free_hash> hash{XXH3_createState()};
  std::string pending;
  std::vector<char> frame;
  recording_counts appended, written;
  std::uint64_t bytes = 0;
};

recording_file::recording_file(std::unique_ptr<impl> x) : impl_{std::move(x)} {}
recording_file::recording_file(recording_file&&) noexcept = default;
recording_file& recording_file::operator=(recording_file&&) noexcept = default;
recording_file::~recording_file() = default;

result<recording_file> recording_file::create(disk& on, std::filesystem::path file, int compression,
                                              const instrument_registry& instruments) {
  auto out = on.create(file);
  if (!out) return std::unexpected{out.error()};
  return recording_file{std::make_unique<impl>(std::move(*out), std::move(file), compression, instruments)};
}

void recording_file::append(const market_event& event) {
  append_line(impl_->pending, event, impl_->instruments);
  impl_->appended.add(event);
}

void recording_file::append(const order_line& order) {
  append_line(impl_->pending, order, impl_->instruments);
  ++impl_->appended.orders;
}

result<void> recording_file::flush(bool durable) {
  auto& x = *impl_;
  if (!x.pending.empty()) {
    const auto piece = x.packed();
    if (!piece) return std::unexpected{piece.error()};
    if (auto done = x.out->write(*piece); !done) {
      (void)x.out->truncate(x.bytes); // if even that fails, the file has a torn tail, as after a crash
      return done;
    }
    XXH3_128bits_update(x.hash.get(), piece->data(), piece->size());
    x.bytes += piece->size();
    x.written = x.appended;
    x.pending.clear();
  }
  return durable ? x.out->sync() : result<void>{};
}

std::size_t recording_file::pending_bytes() const { return impl_->pending.size(); }
const recording_counts& recording_file::appended() const { return impl_->appended; }
const recording_counts& recording_file::written() const { return impl_->written; }
std::uint64_t recording_file::bytes() const { return impl_->bytes; }
std::string recording_file::hash() const { return hash_text(XXH3_128bits_digest(impl_->hash.get())); }
const std::filesystem::path& recording_file::path() const { return impl_->path; }

} // namespace strike::journal
