#include "recorder/tape.hpp"

#include "base/time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ctime>

namespace strike::recorder {

namespace {

/// Memory is bounded also when a second is full: a piece ends early.
constexpr std::size_t piece_bytes = 4 << 20;

/// The number in the name of a recording of this prefix; nothing for any other file.
std::optional<std::uint64_t> number_of(std::string_view name, std::string_view prefix) {
  constexpr std::size_t time_size = std::string_view{"-20261122T214448Z-"}.size();
  if (!name.starts_with(prefix) || !(name.ends_with(".jsonl") || name.ends_with(".jsonl.zst"))) return {};
  name.remove_prefix(prefix.size());
  if (name.size() < time_size || name[0] != '-' || name[time_size - 1] != '-') return {};
  name.remove_prefix(time_size);
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (fault != std::errc{} || end == name.data() + name.size() || *end != '.') return {};
  return number;
}

} // namespace

std::string recording_name(std::string_view prefix, std::int64_t at_ns, std::uint64_t number, bool is_compressed) {
  return fmt::format("{}-{:%Y%m%dT%H%M%SZ}-{:06}.jsonl{}", prefix,
                     fmt::gmtime(static_cast<std::time_t>(at_ns / ns_per_s)), number, is_compressed ? ".zst" : "");
}

tape::tape(tape_settings settings, journal::disk& on, const instrument_registry& instruments)
    : settings_{std::move(settings)}, disk_{on}, instruments_{instruments} {}

bool tape::start(std::int64_t now_ns) {
  if (is_recording()) return true;
  fault_.reset();
  if (auto done = try_start(now_ns); !done) fail_with(std::move(done.error()));
  return is_recording();
}

result<void> tape::try_start(std::int64_t now_ns) {
  manifest_.reset();
  std::error_code fault;
  std::filesystem::create_directories(settings_.folder, fault);
  if (fault) return fail(ec::io, fmt::format("{}: {}", settings_.folder.string(), fault.message()));
  // a little more than what it stops at, or it would go on and off
  if (auto done = check_room(settings_.min_free_bytes + settings_.min_free_bytes / 8); !done) return done;
  auto opened = journal::manifest::open(disk_, settings_.folder);
  if (!opened) return std::unexpected{opened.error()};
  manifest_.emplace(std::move(*opened));
  if (auto done = list_finished(); !done) return done;
  if (auto done = recover_folder(); !done) return done;
  return begin_file(now_ns);
}

/// Lists the files that nobody lists, and learns the last number.
result<void> tape::recover_folder() {
  std::error_code fault;
  std::vector<std::filesystem::path> left;
  for (std::filesystem::directory_iterator at{settings_.folder, fault}, end; !fault && at != end; at.increment(fault)) {
    const auto number = number_of(at->path().filename().string(), settings_.prefix);
    if (!number) continue;
    number_ = std::max(number_, *number);
    if (!manifest_->lists(at->path().filename().string())) left.push_back(at->path());
  }
  if (fault) return fail(ec::io, fmt::format("{}: {}", settings_.folder.string(), fault.message()));
  std::ranges::sort(left);
  for (const auto& file : left) {
    auto found = journal::recover(file);
    if (!found) return std::unexpected{found.error()};
    if (!*found) continue;
    if (auto done = manifest_->append(**found); !done) return done;
    recovered_.push_back(std::move(**found));
  }
  return {};
}

result<void> tape::check_room(std::uint64_t needed) {
  const auto room = disk_.free_bytes(settings_.folder);
  if (!room) return std::unexpected{room.error()};
  if (*room >= needed) return {};
  return fail(ec::io, fmt::format("{}: {} MB are free, {} MB are needed; free some space, or lower min_free_mb",
                                  settings_.folder.string(), *room / 1'000'000, needed / 1'000'000));
}

result<void> tape::begin_file(std::int64_t now_ns) {
  const auto name = recording_name(settings_.prefix, now_ns, ++number_, settings_.compression > 0);
  auto made = journal::recording_file::create(disk_, settings_.folder / name, settings_.compression, instruments_);
  if (!made) return std::unexpected{made.error()};
  file_.emplace(std::move(*made));
  const auto every = settings_.rotate_every.count();
  ends_ns_ = (now_ns / every + 1) * every;
  write_head();
  head_lines_ = file_->appended().lines();
  if (auto done = put(settings_.fsync == sync_policy::interval); !done) return done; // a file without its head is none
  if (std::exchange(is_outage_, false)) ++gaps_;
  ++totals_.files;
  return {};
}

/// What is known, as of the latest time seen: a line with an older time would be sorted before the lines that led to
/// it.
void tape::write_head() {
  for (feed::slot i = 0; i < values_.end(); ++i) {
    auto known = values_.snapshot(i);
    if (!known) continue;
    known->venue_ns = std::max(known->venue_ns, latest_venue_ns_);
    if (known->recv_ns != 0) known->recv_ns = std::max(known->recv_ns, latest_recv_ns_);
    file_->append(*known);
  }
}

void tape::write(const market_event& event) {
  values_.apply(event);
  latest_venue_ns_ = std::max(latest_venue_ns_, event.venue_ns);
  latest_recv_ns_ = std::max(latest_recv_ns_, event.recv_ns);
  if (!file_) return drop();
  file_->append(event);
  if (file_->pending_bytes() < piece_bytes) return;
  if (auto done = put(false); !done) fail_with(std::move(done.error()));
}

void tape::write(const journal::order_line& order) {
  if (!file_) return drop();
  file_->append(order);
}

void tape::drop() {
  ++totals_.dropped;
  ++lost_;
  is_outage_ = true;
}

void tape::count_gap(std::uint64_t lost_events) {
  ++gaps_;
  lost_ += lost_events;
}

result<void> tape::put(bool durable) {
  const auto before = file_->written();
  const auto bytes = file_->bytes();
  auto done = file_->flush(durable);
  totals_.events += file_->written().events - before.events;
  totals_.orders += file_->written().orders - before.orders;
  totals_.bytes += file_->bytes() - bytes;
  return done;
}

void tape::flush(std::int64_t now_ns) {
  if (!file_) return;
  auto done = put(settings_.fsync == sync_policy::interval);
  if (done) done = check_room(settings_.min_free_bytes);
  if (done && (now_ns >= ends_ns_ || file_->bytes() >= settings_.rotate_bytes)) {
    done = end_file();
    if (done) done = begin_file(now_ns);
  }
  if (!done) fail_with(std::move(done.error()));
}

void tape::stop() {
  if (!file_) return;
  if (auto done = end_file(); !done) fail_with(std::move(done.error()));
  manifest_.reset();
}

result<void> tape::end_file() {
  if (auto done = put(settings_.fsync != sync_policy::never); !done) return done;
  finish_file();
  return list_finished();
}

/// What is in the file is for the manifest; what is not was lost. A file that the disk did not let us cut to its whole
/// part is not listed now: `start` finds and mends it, as one that a dead process left.
void tape::finish_file() {
  std::error_code ignored; // an empty file is removed when the folder is looked through next
  if (file_->bytes() == 0) {
    std::filesystem::remove(file_->path(), ignored);
  } else if (std::filesystem::file_size(file_->path(), ignored) == file_->bytes()) {
    unlisted_.push_back({.file = file_->path().filename().string(),
                         .counts = file_->written(),
                         .gaps = std::exchange(gaps_, 0),
                         .lost = std::exchange(lost_, 0),
                         .bytes = file_->bytes(),
                         .hash = file_->hash()});
  }
  const auto kept = std::max(file_->written().lines(), head_lines_);
  for (auto i = kept; i < file_->appended().lines(); ++i) drop();
  file_.reset();
}

/// Lets go of the folder, too, so that the disk can be mended or replaced.
void tape::fail_with(error why) {
  if (file_) finish_file();
  if (manifest_) (void)list_finished(); // what cannot be listed now is listed by `start`
  manifest_.reset();
  fault_ = std::move(why);
}

result<void> tape::list_finished() {
  while (!unlisted_.empty()) {
    if (auto done = manifest_->append(unlisted_.front()); !done) return done;
    unlisted_.erase(unlisted_.begin());
  }
  return {};
}

} // namespace strike::recorder
