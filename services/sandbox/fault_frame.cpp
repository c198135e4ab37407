#include "sandbox/fault_frame.hpp"

#include <algorithm>

namespace strike::sandbox {

namespace {

constexpr std::size_t most_late_answers = 10'000;           ///< of a connection; one more cuts it
constexpr std::int64_t longest_patience_ns = 60 * ns_per_s; ///< of a client that waits for an HTTP answer

/// Broken JSON in two ways, the same way for the same text: cut in half, or a bracket too many.
std::string broken(std::string text) {
  if (text.size() % 2 == 0) return text.substr(0, text.size() / 2);
  return "}" + text;
}

} // namespace

/// A connection as the venue sees it.
class fault_frame::line final : public connection {
public:
  line(fault_frame& in, connection& to) : in_{in}, to_{to} {}

  void send(std::string text, frame_kind kind) override {
    if (in_.hits_lasting(fault_kind::silence)) return;
    if (kind == frame_kind::book_change && in_.hits(fault_kind::skip)) return;
    has_told_ |= kind == frame_kind::own_notice;
    if (kind != frame_kind::answer) return pass(std::move(text), kind);
    if (now_ && now_ != fault_kind::twice && now_ != fault_kind::early) return; // mute, fail, sever
    if (now_ == fault_kind::early) return wait(before_events_, fault_kind::early, std::move(text));
    if (in_.hits(fault_kind::delay)) return wait(late_, fault_kind::delay, std::move(text));
    if (now_ == fault_kind::twice) pass(text, kind);
    pass(std::move(text), kind);
  }
  /// An order is being served, and this goes wrong with it; none: it is served.
  void set_order_fault(std::optional<fault_kind> x) {
    now_ = x;
    if (x == fault_kind::early) has_told_ = false;
    if (!x && has_told_) answer_behind_events();
  }
  void close(std::uint16_t code, std::string_view reason) override { leave({code, std::string{reason}}); }
  void cut() override { leave({}); }
  std::uint64_t id() const override { return to_.id(); }

  /// @returns when something of it is due
  std::int64_t round() {
    if (in_.faults_.holds(fault_kind::silence, in_.now_ns_)) return in_.faults_.until_ns(fault_kind::silence);
    if (has_told_) answer_behind_events();
    auto next = INT64_MAX;
    for (auto* of : {&late_, &before_events_}) {
      for (; !of->empty() && of->front().due_ns <= in_.now_ns_; of->pop_front())
        pass(std::move(of->front().text), frame_kind::answer);
      if (!of->empty()) next = std::min(next, of->front().due_ns);
    }
    if (goodbye_) leave(*std::exchange(goodbye_, {}));
    return next;
  }

private:
  struct late_answer {
    std::int64_t due_ns;
    std::string text;
  };
  struct goodbye {
    std::uint16_t code = 0; ///< 0: none is said
    std::string reason;
  };

  void wait(std::deque<late_answer>& in, fault_kind by, std::string text) {
    if (in.size() == most_late_answers) return to_.cut();
    in.push_back({in_.now_ns_ + in_.faults_.delay_ns(by), std::move(text)});
  }
  void answer_behind_events() {
    has_told_ = false;
    for (auto& x : std::exchange(before_events_, {})) pass(std::move(x.text), frame_kind::answer);
  }
  void pass(std::string text, frame_kind kind) {
    if (in_.hits(fault_kind::garbage)) text = broken(std::move(text));
    (kind == frame_kind::answer ? in_.count_.answers : in_.count_.notices).add();
    in_.count_.bytes.add(text.size());
    to_.send(std::move(text), kind);
  }
  void leave(goodbye x) {
    if (in_.hits_lasting(fault_kind::silence))
      goodbye_ = std::move(x);
    else if (x.code == 0)
      to_.cut();
    else
      to_.close(x.code, x.reason);
  }

  fault_frame& in_;
  connection& to_;
  std::deque<late_answer> late_, before_events_;
  std::optional<fault_kind> now_;  ///< what goes wrong with the order that is being served
  bool has_told_ = false;          ///< of orders, since an answer waits for that
  std::optional<goodbye> goodbye_; ///< the socket stays open while the venue is silent
};

fault_frame::counters fault_frame::counters_of(venue which, process::metric_registry& metrics) {
  const std::string name{to_text(which)};
  const auto sent = [&](const char* kind) -> process::counter& {
    return metrics.get_counter("strike_sandbox_sent_total", "Texts sent to clients.",
                               {{"venue", name}, {"kind", kind}});
  };
  counters made{
      .answers = sent("answer"),
      .notices = sent("notice"),
      .bytes = metrics.get_counter("strike_sandbox_sent_bytes_total", "Bytes of texts sent.", {{"venue", name}}),
      .messages = metrics.get_counter("strike_sandbox_received_total", "Texts of clients.", {{"venue", name}}),
      .requests = metrics.get_counter("strike_sandbox_requests_total", "HTTP requests.", {{"venue", name}}),
      .connections = metrics.get_gauge("strike_sandbox_connections", "Open WebSockets.", {{"venue", name}})};
  for (const auto& x : enum_names<fault_kind>::table)
    made.hits[static_cast<std::size_t>(x.value)] =
        &metrics.get_counter("strike_sandbox_faults_total", "What faults did: texts, requests or connections hit.",
                             {{"venue", name}, {"fault", std::string{x.text}}});
  return made;
}

fault_frame::fault_frame(venue_server& inner, venue which, process::metric_registry& metrics,
                         std::function<void(const fault&)> on_fault)
    : inner_{inner}, count_{counters_of(which, metrics)}, on_fault_{std::move(on_fault)} {
  inner_.set_reverts([this] { return counted(fault_kind::revert, faults_.hits(fault_kind::revert, true, now_ns_)); });
}
fault_frame::~fault_frame() = default;

bool fault_frame::counted(fault_kind x, bool is_hit) {
  if (is_hit) count_.hits[static_cast<std::size_t>(x)]->add();
  return is_hit;
}
bool fault_frame::hits(fault_kind x) { return counted(x, faults_.hits(x, is_order_, now_ns_)); }
bool fault_frame::hits_lasting(fault_kind x) { return counted(x, faults_.holds(x, now_ns_)); }

std::optional<http_response> fault_frame::on_upgrade(const http_request& how, std::int64_t now_ns) {
  now_ns_ = now_ns;
  if (hits(fault_kind::refuse)) return http_response{.status = 503, .body = "refused by order of the sandbox"};
  return inner_.on_upgrade(how, now_ns);
}

void fault_frame::on_open(connection& with, const http_request& how, std::int64_t now_ns) {
  now_ns_ = now_ns;
  count_.connections.add(1);
  auto& made = lines_[&with];
  made = std::make_unique<line>(*this, with);
  inner_.on_open(*made, how, now_ns);
}

bool fault_frame::is_order(const auto& what) { return is_order_ = faults_.is_any(now_ns_) && inner_.is_order(what); }

/// The one thing that goes wrong with the order that is being served.
std::optional<fault_kind> fault_frame::order_fault() {
  for (const auto x : {fault_kind::mute, fault_kind::twice, fault_kind::early, fault_kind::fail, fault_kind::sever})
    if (hits(x)) return x;
  return {};
}

void fault_frame::on_text(connection& from, std::string_view text, std::int64_t now_ns) {
  now_ns_ = now_ns;
  count_.messages.add();
  auto& at = *lines_.at(&from);
  const bool may_fail = is_order(text);
  if (hits(fault_kind::throttle)) {
    inner_.refuse(at, text, refusal::throttled, now_ns);
  } else if (hits(fault_kind::reject)) {
    inner_.refuse(at, text, refusal::rejected, now_ns);
  } else if (const auto wrong = may_fail ? order_fault() : std::nullopt) {
    at.set_order_fault(wrong);
    inner_.on_text(at, text, now_ns);
    at.set_order_fault({});
    if (wrong == fault_kind::fail) inner_.refuse(at, text, refusal::failed, now_ns);
    if (wrong == fault_kind::sever) at.cut();
  } else {
    inner_.on_text(at, text, now_ns);
  }
  is_order_ = false;
}

void fault_frame::on_close(connection& which) {
  const auto found = lines_.find(&which);
  count_.connections.add(-1);
  inner_.on_close(*found->second);
  lines_.erase(found);
}

http_response fault_frame::on_http(const http_request& what, std::int64_t now_ns) {
  now_ns_ = now_ns;
  count_.requests.add();
  if (hits(fault_kind::refuse))
    return {.status = 503, .content_type = "text/plain", .body = "refused by order of the sandbox"};
  const bool may_fail = is_order(what);
  http_response made;
  if (hits(fault_kind::throttle))
    made = inner_.refuse(what, refusal::throttled, now_ns);
  else if (hits(fault_kind::reject))
    made = inner_.refuse(what, refusal::rejected, now_ns);
  else
    made = may_fail ? serve_order(what) : inner_.on_http(what, now_ns);
  if (hits(fault_kind::garbage)) made.body = broken(std::move(made.body));
  if (hits(fault_kind::delay))
    made.not_before_ns = std::max(made.not_before_ns, now_ns + faults_.delay_ns(fault_kind::delay));
  if (hits_lasting(fault_kind::silence))
    made.not_before_ns = std::max(made.not_before_ns, faults_.until_ns(fault_kind::silence));
  is_order_ = false;
  return made;
}

/// An order over HTTP, where there is one answer, and the events come elsewhere.
http_response fault_frame::serve_order(const http_request& what) {
  auto made = inner_.on_http(what, now_ns_);
  if (hits(fault_kind::mute)) {
    made.not_before_ns = now_ns_ + longest_patience_ns;
    made.is_cut = true;
  } else if (hits(fault_kind::early)) {
    made.not_before_ns = now_ns_ + faults_.delay_ns(fault_kind::early);
  } else if (hits(fault_kind::fail)) {
    made = inner_.refuse(what, refusal::failed, now_ns_);
  } else if (hits(fault_kind::sever)) {
    made.is_cut = true;
  }
  return made;
}

void fault_frame::on_event(const market_event& what, std::int64_t now_ns) {
  now_ns_ = now_ns;
  inner_.on_event(what, now_ns);
}

std::int64_t fault_frame::round(std::int64_t now_ns) {
  now_ns_ = now_ns;
  while (const auto drawn = faults_.draw(now_ns)) {
    on_fault_(*drawn);
    inject(*drawn, now_ns);
  }
  auto next = std::min(inner_.round(now_ns), faults_.next_draw_ns());
  for (const auto& [at, x] : lines_) next = std::min(next, x->round());
  return next;
}

void fault_frame::inject(const fault& x, std::int64_t now_ns) {
  if (x.what != fault_kind::drop) return faults_.set(x, now_ns);
  for (const auto& [at, unused] : lines_) {
    counted(fault_kind::drop, true);
    at->cut();
  }
}

} // namespace strike::sandbox
