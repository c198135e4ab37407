#include "net/link.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace strike::net {

namespace {

constexpr std::int64_t never_ns = INT64_MAX;

std::string seconds(std::chrono::nanoseconds x) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(x).count()) + " s";
}

/// A socket of the link, from the attempt to its end.
struct member {
  generation id = 0;
  std::unique_ptr<socket> on;
  bool is_open = false;
  bool is_leaving = false; ///< closed by us: nothing of it is passed on but its end
  bool is_silent = false;  ///< its replacement is due, or opening
  bool is_useless = false; ///< likewise, whatever comes on it
  bool was_heard = false;  ///< since the last round, which knows the time
  std::int64_t heard_ns = 0;
  std::optional<std::int64_t> opened_ns; ///< as of the first round after it

  bool is_replaced() const { return is_silent || is_useless; }
};

} // namespace

struct link::impl : std::enable_shared_from_this<link::impl> {
  impl(network& n, options o, handlers h, std::function<double()> r)
      : on{n}, how{std::move(o)}, call{std::move(h)}, random{std::move(r)} {}

  member* find(generation which) {
    const auto at = std::ranges::find(members, which, &member::id);
    return at == members.end() ? nullptr : &*at;
  }
  /// The newest that is open or opening, and is not leaving.
  member* newest() {
    const auto at = std::find_if(members.rbegin(), members.rend(), [](const member& x) { return !x.is_leaving; });
    return at == members.rend() ? nullptr : &*at;
  }

  void open_next();
  socket_handlers handlers_of(generation which);
  void ended(generation which, const close_report& report);
  void settle(generation which);
  void leave(member& x, std::string_view why);
  void apply_waits(std::int64_t now_ns);
  void note_times(std::int64_t now_ns);

  network& on;
  options how;
  handlers call;
  std::function<double()> random;
  std::vector<member> members; ///< oldest first
  generation last = 0;
  int failures = 0;                       ///< since a socket settled
  bool has_failed = false;                ///< since the last round: the backoff begins at the next
  std::chrono::nanoseconds held_off{0};   ///< since the last round, likewise
  std::int64_t not_before_ns = INT64_MIN; ///< of the next attempt
  bool has_owner = true;
};

socket_handlers link::impl::handlers_of(generation which) {
  const auto weak = weak_from_this(); // locked for the call: the owner may destroy the link in it
  return {
      .on_open =
          [weak, which] {
            const auto self = weak.lock();
            auto* x = self ? self->find(which) : nullptr;
            if (!x || x->is_leaving) return;
            x->is_open = true;
            self->call.on_open(which);
          },
      .on_text =
          [weak, which](std::string_view text) {
            const auto self = weak.lock();
            auto* x = self ? self->find(which) : nullptr;
            if (!x || x->is_leaving) return;
            x->was_heard = true;
            self->call.on_text(which, text);
          },
      .on_close =
          [weak, which](const close_report& report) {
            if (const auto self = weak.lock()) self->ended(which, report);
          },
  };
}

void link::impl::open_next() {
  const auto id = ++last;
  members.push_back({.id = id});
  auto opened = on.open_socket(how.socket, handlers_of(id));
  if (opened)
    find(id)->on = std::move(*opened);
  else
    ended(id, {.text = opened.error().text});
}

void link::impl::ended(generation which, const close_report& report) {
  const auto* x = find(which);
  if (!x) return;
  if (x == newest()) {
    ++failures;
    has_failed = true;
  }
  std::erase_if(members, [which](const member& m) { return m.id == which; });
  call.on_close(which, report);
}

void link::impl::leave(member& x, std::string_view why) {
  x.is_leaving = true;
  x.is_open = false;
  x.on->close(1000, why);
}

void link::impl::settle(generation which) {
  if (which == last) failures = 0;
  for (auto& x : members)
    if (x.id < which && !x.is_leaving) leave(x, "replaced");
}

void link::impl::apply_waits(std::int64_t now_ns) {
  if (has_failed) not_before_ns = std::max(not_before_ns, now_ns + how.reconnect.delay(failures, random()).count());
  if (held_off.count() > 0) not_before_ns = std::max(not_before_ns, now_ns + held_off.count());
  has_failed = false;
  held_off = {};
}

void link::impl::note_times(std::int64_t now_ns) {
  for (auto& x : members) {
    if (x.is_open && !x.opened_ns) x.opened_ns = x.heard_ns = now_ns;
    if (!x.was_heard) continue;
    x.heard_ns = now_ns;
    x.was_heard = x.is_silent = false;
  }
}

link::link(network& on, options how, handlers call, std::function<double()> random)
    : impl_{std::make_shared<impl>(on, std::move(how), std::move(call), std::move(random))} {
  assert(impl_->call.on_open && impl_->call.on_text && impl_->call.on_close);
}

link::~link() {
  impl_->has_owner = false;
  impl_->members.clear();
}

result<void> link::send(generation which, std::string_view text) {
  auto* x = impl_->find(which);
  if (!x || !x->is_open)
    return fail(ec::session_down, impl_->how.socket.url + ": the socket is gone; subscribe again on the next one");
  return x->on->send(text);
}

void link::settled(generation which) { impl_->settle(which); }

void link::replace(generation which, std::string_view why) {
  auto* x = impl_->find(which);
  if (!x || x != impl_->newest() || !x->is_open || x->is_replaced()) return;
  x->is_useless = true;
  if (impl_->call.on_silent) impl_->call.on_silent(which, why);
}

void link::drop(generation which, std::string_view why) {
  auto* x = impl_->find(which);
  if (!x || x->is_leaving) return;
  if (x == impl_->newest()) {
    ++impl_->failures;
    impl_->has_failed = true;
  }
  impl_->leave(*x, why);
}

void link::hold_off(std::chrono::nanoseconds at_least) { impl_->held_off = std::max(impl_->held_off, at_least); }

generation link::current() const {
  const auto& all = impl_->members;
  const auto at = std::find_if(all.rbegin(), all.rend(), [](const member& x) { return x.is_open; });
  return at == all.rend() ? 0 : at->id;
}

std::int64_t link::round(std::int64_t now_ns) {
  const auto self = impl_; // outlives a call in which the owner destroys the link
  self->note_times(now_ns);
  auto* newest = self->newest();
  if (newest && newest->opened_ns && now_ns - *newest->opened_ns >= self->how.takeover.count())
    self->settle(newest->id); // an owner that never says so, or a replacement that takes too long
  const auto silence = self->how.silence.count();
  if (newest && newest->is_open && !newest->is_replaced() && silence > 0 && now_ns - newest->heard_ns >= silence) {
    newest->is_silent = true;
    if (self->call.on_silent)
      self->call.on_silent(newest->id, "no message for " + seconds(self->how.silence) + "; opening another socket");
    if (!self->has_owner) return never_ns;
    newest = self->newest();
  }
  self->apply_waits(now_ns);
  if ((!newest || newest->is_replaced()) && now_ns >= self->not_before_ns) {
    self->open_next();
    if (!self->has_owner) return never_ns;
    self->apply_waits(now_ns);
    newest = self->newest();
  }

  if (!newest || newest->is_replaced()) return self->not_before_ns;
  if (!newest->opened_ns) return never_ns; // its opening, or its end, is an event
  auto due = never_ns;
  if (silence > 0) due = newest->heard_ns + silence;
  const auto settles_ns = *newest->opened_ns + self->how.takeover.count();
  return settles_ns > now_ns ? std::min(due, settles_ns) : due;
}

} // namespace strike::net
