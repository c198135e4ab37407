#include "shards.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace strike::gateway {

namespace {

/// A venue that is back is found within two seconds, however long it was away.
constexpr backoff try_again{.first = std::chrono::milliseconds{250}, .longest = std::chrono::seconds{2}};

/// What comes so soon after the opening may be what every new socket gets, and says nothing of the market.
constexpr std::int64_t initial_data_ns = 10 * ns_per_s;
constexpr std::int64_t most_patience = 16;

} // namespace

/// A socket that has opened, and its session.
struct shards::connection final : session_port {
  connection(shards& x, shard& y, net::generation z, std::uint32_t number)
      : owner{x}, home{y}, id{z}, serial{number}, talk{owner.with_.feed.make_session(*this)} {}

  void send(std::string_view text) override;
  void publish(market_event&& event) override { owner.accept(*this, std::move(event)); }
  void give_up(std::string_view why) override {
    if (!given_up) given_up.emplace(why);
  }
  void hold_off(std::chrono::nanoseconds at_least) override;
  void note(oddity what, std::string_view detail, std::string_view sample) override {
    owner.with_.report.note(what, detail, sample);
  }

  shards& owner;
  shard& home;
  net::generation id;
  std::uint32_t serial; ///< over all shards; a younger one is larger
  std::unique_ptr<session> talk;
  std::int64_t opened_ns = 0;
  bool has_settled = false;            ///< once
  std::optional<std::string> given_up; ///< why; it ends when its session returns
};

struct shards::shard {
  std::unique_ptr<net::link> line;
  std::vector<feed::slot> topics;
  std::size_t keys = 0;
  std::vector<std::unique_ptr<connection>> connections; ///< open ones, oldest first
  net::generation last_opened = 0;
  std::int64_t data_ns = 0;             ///< of the last event, or since its socket was last replaced for want of them
  std::int64_t patience_ns = 0;         ///< with the next one
  bool has_failed = false;              ///< none is open, since the last one ended or could not open
  std::vector<feed::slot> gone, joined; ///< during `change`: what its sessions are to be told

  connection* find(net::generation id) {
    const auto at = std::ranges::find(connections, id, [](const auto& x) { return x->id; });
    return at == connections.end() ? nullptr : at->get();
  }
  /// For a walk from the youngest on, in which connections may end.
  connection* youngest_below(std::uint32_t serial) {
    const auto at =
        std::find_if(connections.rbegin(), connections.rend(), [serial](const auto& x) { return x->serial < serial; });
    return at == connections.rend() ? nullptr : at->get();
  }
};

void shards::connection::send(std::string_view text) {
  if (const auto sent = home.line->send(id, text); !sent) give_up(sent.error().text);
}
void shards::connection::hold_off(std::chrono::nanoseconds at_least) { home.line->hold_off(at_least); }

shards::shards(tools with, listener& to)
    : with_{std::move(with)}, to_{to}, topics_per_socket_{with_.feed.limit().topics_per_socket} {}
shards::~shards() = default;

// ---- what is wanted ----

void shards::change(std::span<const feed::slot> dropped, std::span<const feed::slot> added, const moment& now) {
  for (const auto which : dropped) drop(which);
  for (const auto which : added) place(which);
  for (const auto& x : shards_) tell_sessions(*x, now);
  std::erase_if(shards_, [](const auto& x) { return x->topics.empty(); });
}

void shards::drop(feed::slot which) {
  auto& home = *topics_[which].home;
  topics_[which] = {};
  home.gone.push_back(which);
  const auto key = keys_.find(with_.feed.key(which));
  if (--key->second.topics > 0) return;
  keys_.erase(key);
  --home.keys;
}

void shards::place(feed::slot which) {
  if (which >= topics_.size()) topics_.resize(which + 1);
  auto& key = keys_[with_.feed.key(which)];
  if (!key.home) {
    key.home = &with_room();
    ++key.home->keys;
  }
  ++key.topics;
  topics_[which] = {.home = key.home};
  key.home->topics.push_back(which);
  key.home->joined.push_back(which);
  if (key.home->has_failed) lose(which);
}

shards::shard& shards::with_room() {
  const auto at = std::ranges::find_if(shards_, [this](const auto& x) { return x->keys < topics_per_socket_; });
  return at == shards_.end() ? open_shard() : **at;
}

shards::shard& shards::open_shard() {
  auto& made = *shards_.emplace_back(std::make_unique<shard>());
  made.patience_ns = with_.data_silence.count();
  made.line = std::make_unique<net::link>(
      with_.on,
      net::link::options{.socket = with_.feed.socket(), .reconnect = try_again, .silence = with_.feed.limit().silence},
      net::link::handlers{
          .on_open = [this, &made](net::generation id) { with_.failure.guard([&] { on_open(made, id); }); },
          .on_text = [this, &made](net::generation id,
                                   std::string_view text) { with_.failure.guard([&] { on_text(made, id, text); }); },
          .on_close = [this,
                       &made](net::generation id,
                              const net::close_report& x) { with_.failure.guard([&] { on_close(made, id, x.text); }); },
          .on_silent =
              [this, &made](net::generation id, std::string_view why) {
                if (const auto* x = made.find(id)) with_.report.silent(x->serial, why);
              }},
      with_.random);
  return made;
}

void shards::tell_sessions(shard& x, const moment& now) {
  if (x.gone.empty() && x.joined.empty()) return;
  if (!x.gone.empty()) std::erase_if(x.topics, [&](feed::slot which) { return topics_[which].home != &x; });
  for (auto* each = x.youngest_below(UINT32_MAX); each;) {
    const auto serial = each->serial;
    run(*each, now, [&](session& talk) {
      if (!x.gone.empty()) talk.unwant(x.gone, now);
      if (!x.joined.empty()) talk.want(x.joined, now);
    });
    each = x.youngest_below(serial);
  }
  x.gone.clear();
  x.joined.clear();
}

// ---- sockets ----

void shards::on_open(shard& home, net::generation id) {
  const auto now = with_.clock();
  auto& made = *home.connections.emplace_back(std::make_unique<connection>(*this, home, id, ++last_serial_));
  made.opened_ns = home.data_ns = now.steady_ns;
  home.last_opened = id;
  home.has_failed = false;
  with_.report.opened(made.serial, home.topics.size());
  run(made, now, [&](session& talk) {
    talk.want(home.topics, now);
    talk.opened(now);
  });
}

void shards::on_text(shard& home, net::generation id, std::string_view text) {
  auto* from = home.find(id);
  if (!from) return; // of a socket that was given up
  const auto now = with_.clock();
  with_.report.frame(now);
  run(*from, now, [&](session& talk) { talk.received(text, now); });
}

void shards::on_close(shard& home, net::generation id, std::string_view why) {
  auto* ended = home.find(id);
  if (!ended && id <= home.last_opened) return; // it was given up or replaced, and all is done
  with_.report.closed(ended ? ended->serial : 0, why, ended != nullptr);
  if (ended) return end(*ended);
  if (!home.connections.empty()) return;
  home.has_failed = true;
  for (const auto which : home.topics) lose(which);
}

/// Calls a session and does what it asked for. The connection may have ended afterwards.
template <class F> void shards::run(connection& x, const moment& now, F f) {
  f(*x.talk);
  if (!batch_.empty()) {
    to_.on_events(batch_, now);
    batch_.clear();
    x.home.data_ns = now.steady_ns;
    if (now.steady_ns - x.opened_ns > initial_data_ns) x.home.patience_ns = with_.data_silence.count();
  }
  after_call(x);
}

void shards::after_call(connection& x) {
  if (x.given_up) {
    with_.report.closed(x.serial, *x.given_up, true);
    x.home.line->drop(x.id, *x.given_up);
    return end(x);
  }
  const bool is_youngest = x.home.connections.back().get() == &x;
  if (!x.has_settled && is_youngest && x.talk->is_settled() && has_taken_over(x)) settle(x);
}

/// Whether no book would be without changes if the older sockets went now. One that never gets its snapshot does not
/// keep them: the link's patience has an end.
bool shards::has_taken_over(const connection& x) const {
  if (x.home.connections.size() == 1) return true;
  return std::ranges::none_of(x.home.topics, [&](feed::slot which) {
    const auto source = topics_[which].source;
    return source != 0 && source != x.serial && feed::channel_of_slot(which) == channel::book;
  });
}

void shards::settle(connection& x) {
  x.has_settled = true;
  x.home.line->settled(x.id);
  while (x.home.connections.front().get() != &x) end(*x.home.connections.front());
  for (const auto which : x.home.topics) // what the venue has confirmed is carried, even if nothing has happened in it
    if (topics_[which].is_marked && topics_[which].source == 0) mend(which);
}

void shards::end(connection& x) {
  auto& home = x.home;
  const auto at = std::ranges::find(home.connections, &x, [](const auto& y) { return y.get(); });
  const auto ended = std::move(*at);
  home.connections.erase(at);
  home.has_failed = home.connections.empty();
  const auto* heir = home.connections.empty() ? nullptr : home.connections.back().get();
  if (heir && (!heir->has_settled || heir->serial < ended->serial)) heir = nullptr;
  for (const auto which : home.topics) {
    auto& mine = topics_[which];
    if (mine.source != ended->serial) {
      if (home.has_failed) lose(which);
    } else if (heir && feed::channel_of_slot(which) != channel::book) {
      mine.source = heir->serial; // confirmed there, and nothing has changed since
    } else {
      lose(which);
    }
  }
}

// ---- events ----

/// The way of every event: nothing here may look anything up.
void shards::accept(const connection& from, market_event&& event) {
  const auto which = feed::slot_of(event);
  if (which >= topics_.size() || topics_[which].home != &from.home) return with_.report.dropped();
  auto& mine = topics_[which];
  const bool is_whole = event.state == trust::live && !std::holds_alternative<book_change>(event.body);
  if (mine.source != from.serial) {
    if (is_whole && from.serial > mine.source)
      mine.source = from.serial;
    else if (mine.source != 0)
      return with_.report.dropped();
  }
  if (event.state == trust::live && (mine.is_marked || mine.source == 0)) {
    if (is_whole)
      mend(which);
    else
      accept_early(from, event);
  }
  batch_.push_back(std::move(event));
}

/// A change of a book without a snapshot to apply it to. On a new socket one will come.
void shards::accept_early(const connection& from, market_event& event) {
  const auto which = feed::slot_of(event);
  event.state = trust::resyncing;
  if (from.has_settled && !std::exchange(topics_[which].is_asked_again, true)) again_.push_back(which);
}

void shards::lose(feed::slot which) {
  topics_[which].source = 0;
  topics_[which].is_asked_again = false;
  if (!std::exchange(topics_[which].is_marked, true)) to_.on_lost(which);
}

void shards::mend(feed::slot which) {
  topics_[which].is_asked_again = false;
  if (std::exchange(topics_[which].is_marked, false)) to_.on_mended(which);
}

bool shards::distrust(feed::slot which) {
  if (which >= topics_.size() || !topics_[which].home) return false;
  return !std::exchange(topics_[which].is_marked, true);
}

void shards::ask_again(const moment& now) {
  for (const auto which : std::exchange(again_, {})) {
    const auto& mine = topics_[which];
    if (!mine.home || !mine.is_asked_again || mine.home->connections.empty()) continue;
    const std::vector one{which};
    run(*mine.home->connections.back(), now, [&](session& talk) {
      talk.unwant(one, now);
      talk.want(one, now);
    });
  }
}

// ---- time ----

/// A socket that lives but brings nothing is replaced.
/// @returns when to look again
std::int64_t shards::watch_data(shard& x, const moment& now) {
  if (with_.data_silence.count() == 0 || x.connections.empty() || !x.connections.back()->has_settled) return INT64_MAX;
  if (now.steady_ns < x.data_ns + x.patience_ns) return x.data_ns + x.patience_ns;
  x.data_ns = now.steady_ns;
  const auto is_quote = [](feed::slot which) { return feed::channel_of_slot(which) != channel::trades; };
  if (std::ranges::any_of(x.topics, is_quote)) {
    x.line->replace(x.connections.back()->id,
                    fmt::format("no market data for {} s, though the socket lives", x.patience_ns / ns_per_s));
    x.patience_ns = std::min(2 * x.patience_ns, most_patience * with_.data_silence.count());
  }
  return x.data_ns + x.patience_ns;
}

std::int64_t shards::round(const moment& now) {
  ask_again(now);
  auto next_ns = INT64_MAX;
  for (const auto& x : shards_) {
    next_ns = std::min(next_ns, watch_data(*x, now));
    next_ns = std::min(next_ns, x->line->round(now.steady_ns));
    for (auto* each = x->youngest_below(UINT32_MAX); each;) {
      const auto serial = each->serial;
      run(*each, now, [&](session& talk) { next_ns = std::min(next_ns, talk.round(now)); });
      each = x->youngest_below(serial);
    }
  }
  return again_.empty() ? next_ns : now.steady_ns;
}

std::size_t shards::open_count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(shards_, [](const auto& x) { return !x->connections.empty(); }));
}

levels shards::level() const {
  levels made;
  for (const auto& x : shards_) {
    made.sockets += x->connections.size();
    if (!x->connections.empty()) made.carried += x->topics.size();
  }
  return made;
}

} // namespace strike::gateway
