// The second half of the session: user channel and dead-man switch.

#include "exec/polymarket_session.hpp"

#include "base/time.hpp"
#include "polymarket/answer.hpp"
#include "polymarket/request.hpp"

#include <algorithm>
#include <utility>

namespace strike::exec {

using namespace std::chrono_literals;

namespace {

constexpr std::int64_t ping_every_ns = 10 * ns_per_s;      // as the venue advises
constexpr std::int64_t heartbeat_grace_ns = 10 * ns_per_s; // then the venue cancels all
constexpr int most_unanswered = 3;

} // namespace

void polymarket_session::open_channel() {
  if (link_) return;
  net::link::options options{.socket = {.url = how_.user_socket, .deflate = false}, .silence = 30s};
  link_.emplace(tools_.network, std::move(options),
                net::link::handlers{.on_open = [this](net::generation which) { open_.push_back(which); },
                                    .on_text = [this](net::generation, std::string_view text) { on_text(text); },
                                    .on_close =
                                        [this](net::generation, const net::close_report& report) {
                                          if (link_->current() != 0) return;
                                          has_to_close_ = true;
                                          closed_why_ = report.text;
                                        },
                                    .on_silent =
                                        [this](net::generation, std::string_view why) {
                                          tools_.log.warning("Polymarket: user channel", {{"why", why}});
                                        }},
                tools_.random);
}

void polymarket_session::close_channel() {
  link_.reset();
  open_.clear();
  frames_.clear();
  is_subscribed_ = has_to_close_ = false;
  next_ping_ns_ = INT64_MAX;
}

void polymarket_session::on_open(net::generation which) {
  const auto& by = tools_.http.credentials();
  if (!by) return;
  const std::vector<std::string> markets{followed_.begin(), followed_.end()};
  const bool lists = how_.markets == user_markets::traded;
  const auto greeting = polymarket::user_subscription(by->api_key, by->secret.reveal(), by->passphrase.reveal(),
                                                      lists ? std::span{markets} : std::span<const std::string>{});
  // its first frame, PONG at least, says that it is there
  if (!link_->send(which, greeting) || !link_->send(which, polymarket::ping_frame))
    return link_->drop(which, "the subscription cannot be sent");
  link_->settled(which);
}

void polymarket_session::on_text(std::string_view text) { frames_.emplace_back(text); }

void polymarket_session::keep_alive(const moment& now) {
  const auto which = link_ ? link_->current() : 0;
  if (which == 0 || now.steady_ns < next_ping_ns_) return;
  next_ping_ns_ = now.steady_ns + ping_every_ns;
  if (!link_->send(which, polymarket::ping_frame)) link_->drop(which, "PING cannot be sent");
}

void polymarket_session::beat(const moment& now) {
  if (how_.heartbeat.count() == 0 || !is_up() || is_beating_ || now.steady_ns < next_beat_ns_) return;
  is_beating_ = true;
  next_beat_ns_ = now.steady_ns + how_.heartbeat.count();
  tools_.http.ask(polymarket_lane::cancel, polymarket::heartbeat_call(heartbeat_id_),
                  [this](const answer& x, const moment& at) {
                    is_beating_ = false;
                    if (x && (verdict_of(x) == http_verdict::answered || x->status == 400))
                      heartbeat_id_ = polymarket::read_heartbeat_id(x->body); // the refusal names the expected one
                    if (verdict_of(x) == http_verdict::answered) return void(last_beat_ns_ = at.steady_ns);
                    next_beat_ns_ = at.steady_ns + ns_per_s;
                    if (at.steady_ns - last_beat_ns_ > heartbeat_grace_ns)
                      tools_.log.warning("Polymarket: heartbeats fail, the venue may cancel all orders",
                                         {{"why", exec::text_of(x)}});
                  });
}

std::int64_t polymarket_session::round(const moment& now) {
  if (step_ && now.steady_ns >= step_due_ns_) begin(*std::exchange(step_, {}), now);
  auto due_ns = step_ ? step_due_ns_ : INT64_MAX;
  if (!link_) return due_ns;
  auto link_ns = link_->round(now.steady_ns);
  for (const auto which : std::exchange(open_, {})) {
    // what an older socket missed is not sent again: exec reconciles when the session is up once more
    if (std::exchange(is_subscribed_, false)) set_state(session_state::down, "the user channel was replaced");
    on_open(which);
    next_ping_ns_ = now.steady_ns + ping_every_ns;
  }
  if (std::exchange(has_to_close_, false)) {
    next_ping_ns_ = INT64_MAX;
    frames_.clear();
    unanswered_ = std::exchange(is_subscribed_, false) ? 0 : unanswered_ + 1;
    set_state(session_state::down, closed_why_);
    if (unanswered_ >= most_unanswered) { // as with credentials that are no longer valid
      unanswered_ = 0;
      tools_.http.use({});
      fail("the user channel ends without an answer: " + closed_why_, now);
      return step_due_ns_;
    }
    link_ns = link_->round(now.steady_ns);
  }
  for (const auto& text : std::exchange(frames_, {})) {
    if (!std::exchange(is_subscribed_, true)) {
      failures_ = unanswered_ = 0;
      is_first_failure_ = true;
      last_beat_ns_ = next_beat_ns_ = now.steady_ns;
      set_state(session_state::up, "");
    }
    if (text.empty() || (text.front() != '{' && text.front() != '[')) continue; // PONG, and other plain words
    if (auto news = polymarket::parse_user_frame(text); news) {
      call_.on_news(*std::move(news), now);
    } else { // an event is lost: a new session makes exec reconcile
      tools_.log.error("Polymarket: a message of the user channel", {{"why", news.error().text}});
      link_->drop(link_->current(), "a message could not be read");
    }
  }
  keep_alive(now);
  beat(now);
  if (is_up() && now.steady_ns >= next_clock_ns_) check_clock(now);
  const auto beat_ns = how_.heartbeat.count() != 0 && is_up() && !is_beating_ ? next_beat_ns_ : INT64_MAX;
  return std::min({due_ns, link_ns, link_->current() != 0 ? next_ping_ns_ : INT64_MAX, beat_ns,
                   is_up() ? next_clock_ns_ : INT64_MAX});
}

} // namespace strike::exec
