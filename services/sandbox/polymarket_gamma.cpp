#include "base/time.hpp"
#include "sandbox/json_text.hpp"
#include "sandbox/polymarket_answers.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace strike::sandbox::polymarket {

namespace {

constexpr std::size_t default_limit = 20, most_rows = 100; ///< Source: Polymarket, Gamma discovery
constexpr std::size_t most_offset = 10'000;
constexpr std::size_t first_tag_id = 100'001;

http_response ok(std::string body) { return {.body = std::move(body)}; }

/// A JSON array as a text, with a blank behind each comma: "[\"Yes\", \"No\"]".
std::string array_in_text(std::string_view a, std::string_view b) {
  return json_quoted(fmt::format("[{}, {}]", json_quoted(a), json_quoted(b)));
}

std::string lower(std::string_view text) {
  std::string x{text};
  std::ranges::transform(x, x.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return x;
}

/// "2026-11-26 17:00:00+00"
std::string short_time(std::int64_t ns) {
  auto text = iso_from_ns(ns - ns % ns_per_s); // 2026-11-26T17:00:00Z
  text[10] = ' ';
  return text.substr(0, 19) + "+00";
}
std::string date_of(std::int64_t ns) { return iso_from_ns(ns).substr(0, 10); }
std::string two_places(double x) { return fmt::format("{:.2f}", x); }

/// All labels of tags, each once, in order of listing: a tag's id is its place.
std::vector<std::string> all_tags(const market_state& in) {
  std::vector<std::string> tags;
  for (const auto& x : in.markets())
    for (const auto& tag : x.tags)
      if (std::ranges::find(tags, tag) == tags.end()) tags.push_back(tag);
  return tags;
}

std::string tags_json(const std::vector<std::string>& labels, const market_state& in) {
  const auto all = all_tags(in);
  json_elements tags;
  for (const auto& label : labels) {
    const auto place = static_cast<std::size_t>(std::ranges::find(all, label) - all.begin());
    tags.add(json_members{}
                 .text("id", std::to_string(first_tag_id + place))
                 .text("label", label)
                 .text("slug", label)
                 .text("createdAt", iso_from_ns(in.markets().front().created_ns))
                 .text("updatedAt", iso_from_ns(in.markets().front().created_ns))
                 .take());
  }
  return tags.take();
}

std::string event_json(std::string_view slug, const market_state& in, bool with_markets);

std::string market_json(const binary_market& x, const market_state& in, bool with_event, bool with_tags) {
  const auto place = in.place_of(x);
  const auto& first = in.token(place, 0);
  json_members y;
  y.text("id", x.gamma_id)
      .text("question", x.question)
      .text("conditionId", x.condition_id)
      .text("slug", x.slug)
      .text("endDate", iso_from_ns(x.ends_ns))
      .text("startDate", iso_from_ns(x.created_ns))
      .text("description", x.description)
      .add("outcomes", array_in_text(x.outcomes[0].label, x.outcomes[1].label))
      .add("outcomePrices", array_in_text(to_string(in.outcome_price(place, 0)), to_string(in.outcome_price(place, 1))))
      .text("volume", two_places(in.volume(place)))
      .flag("active", true)
      .flag("closed", x.is_closed)
      .flag("archived", false)
      .flag("restricted", true)
      .text("createdAt", iso_from_ns(x.created_ns))
      .text("updatedAt", iso_from_ns(std::max(x.created_ns, first.book_ns)))
      .text("questionID", x.question_id)
      .flag("enableOrderBook", !x.is_closed)
      .number("orderPriceMinTickSize", first.tick)
      .number("orderMinSize", x.minimum)
      .add("volumeNum", two_places(in.volume(place)))
      .text("endDateIso", date_of(x.ends_ns))
      .text("startDateIso", date_of(x.created_ns))
      .add("clobTokenIds", array_in_text(x.outcomes[0].token, x.outcomes[1].token))
      .text("version", "v1")
      .integer("makerBaseFee", 1000)
      .integer("takerBaseFee", 1000)
      .flag("acceptingOrders", in.is_accepting(x))
      .text("acceptingOrdersTimestamp", iso_from_ns(x.created_ns))
      .flag("negRisk", x.is_neg_risk)
      .integer("secondsDelay", 0)
      .flag("feesEnabled", x.fee_rate > 0)
      .add("feeSchedule", x.fee_rate > 0 ? fee_schedule(x) : "null");
  if (x.is_neg_risk) y.text("negRiskMarketID", in.neg_risk_id(x)).text("negRiskRequestID", x.question_id);
  if (const auto* bid = first.book.best_bid()) y.number("bestBid", bid->at);
  if (const auto* ask = first.book.best_ask()) y.number("bestAsk", ask->at);
  if (first.last) y.number("lastTradePrice", *first.last);
  if (x.is_closed)
    y.text("closedTime", short_time(x.ends_ns))
        .text("umaResolutionStatus", "resolved")
        .flag("automaticallyResolved", true);
  if (with_tags) y.add("tags", tags_json(x.tags, in));
  if (with_event) y.add("events", json_elements{}.add(event_json(x.event_slug, in, false)).take());
  return y.take();
}

bool is_closed(const event_state& x, const market_state& in) {
  return std::ranges::all_of(x.markets, [&](auto place) { return in.markets()[place].is_closed; });
}

std::string event_json(std::string_view slug, const market_state& in, bool with_markets) {
  const auto& event = *in.find_event(slug);
  const auto& first = in.markets()[event.markets.front()];
  double volume = 0;
  json_elements markets;
  for (const auto place : event.markets) {
    volume += in.volume(place);
    if (with_markets) markets.add(market_json(in.markets()[place], in, false, false));
  }
  json_members y;
  y.text("id", event.id)
      .text("ticker", slug)
      .text("slug", slug)
      .text("title", first.event_title)
      .text("description", first.description)
      .text("startDate", iso_from_ns(first.created_ns))
      .text("creationDate", iso_from_ns(first.created_ns))
      .text("endDate", iso_from_ns(first.ends_ns))
      .flag("active", true)
      .flag("closed", is_closed(event, in))
      .flag("archived", false)
      .flag("restricted", true)
      .add("volume", two_places(volume))
      .text("createdAt", iso_from_ns(first.created_ns))
      .flag("enableOrderBook", true)
      .flag("negRisk", first.is_neg_risk);
  if (first.is_neg_risk) y.text("negRiskMarketID", in.neg_risk_id(first));
  y.add("tags", tags_json(first.tags, in));
  if (with_markets) y.add("markets", markets.take());
  return y.take();
}

/// The parameters of a listing; a wrong one is the first fault.
class filter {
public:
  filter(const headers& query, const market_state& in) : query_{query}, in_{in} {
    limit = std::min(number("limit", default_limit), most_rows);
    offset = number("offset", 0);
    is_ascending = flag("ascending").value_or(true);
    include_tag = flag("include_tag").value_or(false);
    for (const auto* name : {"closed", "active", "archived"}) flag(name); // read by `fits_flags`
    const auto cursor = value_of(query, "after_cursor");
    if (cursor.empty()) return;
    after = place_of(cursor);
    if (!after) fault = "invalid after_cursor";
  }

  bool fits(const binary_market& x) const {
    return fits_flags(x.is_closed, names_something()) && is_one_of("id", {x.gamma_id}) && is_one_of("slug", {x.slug}) &&
           is_one_of("condition_ids", {x.condition_id}) && is_one_of("question_ids", {x.question_id}) &&
           is_one_of("clob_token_ids", {x.outcomes[0].token, x.outcomes[1].token}) && fits_tags(x) && fits_dates(x);
  }
  bool fits(std::string_view slug, const event_state& x) const {
    const auto& first = in_.markets()[x.markets.front()];
    return fits_flags(is_closed(x, in_), names_something()) && is_one_of("id", {x.id}) && is_one_of("slug", {slug}) &&
           fits_tags(first) && fits_dates(first);
  }

  std::size_t limit = default_limit, offset = 0;
  std::optional<std::size_t> after; ///< keyset: the rows up to this place are done
  bool is_ascending = true, include_tag = false;
  std::string fault;

private:
  std::vector<std::string_view> values(std::string_view name) const {
    std::vector<std::string_view> found;
    for (const auto& [key, value] : query_)
      if (key == name) found.push_back(value);
    return found;
  }
  bool is_one_of(std::string_view name, std::initializer_list<std::string_view> own) const {
    const auto wanted = values(name);
    return wanted.empty() ||
           std::ranges::any_of(own, [&](auto x) { return std::ranges::find(wanted, x) != wanted.end(); });
  }
  bool names_something() const {
    constexpr std::string_view names[] = {"id", "slug", "condition_ids", "question_ids", "clob_token_ids"};
    return std::ranges::any_of(names, [&](auto x) { return !values(x).empty(); });
  }
  std::optional<bool> flag(std::string_view name) {
    const auto x = value_of(query_, name);
    if (x.empty()) return {};
    if (x != "true" && x != "false") fault = fmt::format("invalid {}", name);
    return x == "true";
  }
  std::size_t number(std::string_view name, std::size_t fallback) {
    const auto x = value_of(query_, name);
    if (x.empty()) return fallback;
    std::size_t y = 0;
    const auto end = std::from_chars(x.data(), x.data() + x.size(), y);
    if (end.ec != std::errc{} || end.ptr != x.data() + x.size()) fault = fmt::format("invalid {}", name);
    return y;
  }
  /// A closed market is found by name only with closed=true. Source: Polymarket, Gamma discovery.
  bool fits_flags(bool is_closed_one, bool by_name) const {
    const auto closed = value_of(query_, "closed");
    if (closed.empty() ? by_name && is_closed_one : is_closed_one != (closed == "true")) return false;
    return value_of(query_, "active") != "false" && value_of(query_, "archived") != "true";
  }
  bool fits_tags(const binary_market& x) const {
    const auto slug = value_of(query_, "tag_slug");
    if (!slug.empty() && std::ranges::find(x.tags, slug) == x.tags.end()) return false;
    const auto id = value_of(query_, "tag_id");
    if (id.empty()) return true;
    const auto all = all_tags(in_);
    return std::ranges::any_of(x.tags, [&](const auto& tag) {
      return id == std::to_string(first_tag_id + static_cast<std::size_t>(std::ranges::find(all, tag) - all.begin()));
    });
  }
  bool fits_dates(const binary_market& x) const {
    const auto within = [&](std::string_view name, std::int64_t ns) {
      const auto low = ns_from_text(value_of(query_, fmt::format("{}_min", name)));
      const auto high = ns_from_text(value_of(query_, fmt::format("{}_max", name)));
      return (!low || ns >= *low) && (!high || ns <= *high);
    };
    return within("start_date", x.created_ns) && within("end_date", x.ends_ns);
  }

  const headers& query_;
  const market_state& in_;
};

/// Rows by place, oldest first or newest first.
struct listing_page {
  std::vector<std::size_t> places;
  bool has_more = false;
};
template <class Fits> listing_page page_of(std::size_t count, const filter& f, Fits fits) {
  listing_page found;
  std::size_t skipped = 0;
  for (std::size_t n = 0; n < count; ++n) {
    const auto place = f.is_ascending ? n : count - 1 - n;
    if (f.after && (f.is_ascending ? place <= *f.after : place >= *f.after)) continue;
    if (!fits(place)) continue;
    if (skipped++ < f.offset) continue;
    if (found.places.size() == f.limit) return found.has_more = true, found;
    found.places.push_back(place);
  }
  return found;
}

http_response listing_answer(const http_request& what, const market_state& in, bool is_keyset, bool of_events) {
  const filter f{what.query, in};
  if (!f.fault.empty()) return error_answer(422, f.fault);
  if (f.offset > most_offset) return error_answer(422, "offset exceeds the maximum of 10000");
  const auto& slugs = in.event_slugs();
  const auto found = of_events
                         ? page_of(slugs.size(), f, [&](auto n) { return f.fits(slugs[n], *in.find_event(slugs[n])); })
                         : page_of(in.markets().size(), f, [&](auto n) { return f.fits(in.markets()[n]); });
  json_elements rows;
  for (const auto place : found.places)
    rows.add(of_events ? event_json(slugs[place], in, true)
                       : market_json(in.markets()[place], in, true, f.include_tag));
  if (!is_keyset) return ok(rows.take());
  json_members y;
  y.add(of_events ? "events" : "markets", rows.take());
  if (found.has_more) y.text("next_cursor", cursor_of(found.places.empty() ? 0 : found.places.back()));
  return ok(y.take());
}

http_response search_answer(const http_request& what, const market_state& in) {
  const auto q = lower(value_of(what.query, "q")), status = std::string{value_of(what.query, "events_status")};
  if (q.empty()) return error_answer(422, "q is required");
  const headers none; // limit_per_type and page stand for limit and offset
  filter f{none, in};
  const auto number = [&](std::string_view name, std::size_t fallback) {
    const auto x = value_of(what.query, name);
    std::size_t y = fallback;
    std::from_chars(x.data(), x.data() + x.size(), y);
    return y;
  };
  f.limit = std::clamp<std::size_t>(number("limit_per_type", 5), 1, most_rows);
  f.offset = f.limit * (std::max<std::size_t>(number("page", 1), 1) - 1);
  std::size_t total = 0;
  const auto& slugs = in.event_slugs();
  const auto fits = [&](std::size_t n) {
    const auto& event = *in.find_event(slugs[n]);
    if (!status.empty() && is_closed(event, in) != (status != "active")) return false;
    std::string text = slugs[n];
    for (const auto place : event.markets)
      text += ' ' + in.markets()[place].question + ' ' + in.markets()[place].event_title;
    text = lower(text);
    for (std::size_t begin = 0; begin < q.size();) { // each word
      const auto end = std::min(q.find(' ', begin), q.size());
      if (text.find(q.substr(begin, end - begin)) == std::string::npos) return false;
      begin = end + 1;
    }
    return true;
  };
  for (std::size_t n = 0; n < slugs.size(); ++n) total += fits(n) ? 1 : 0;
  const auto found = page_of(slugs.size(), f, fits);
  json_elements events;
  for (const auto place : found.places) events.add(event_json(slugs[place], in, true));
  return ok(json_members{}
                .add("events", events.take())
                .add("pagination", json_members{}
                                       .flag("hasMore", found.has_more)
                                       .integer("totalResults", static_cast<std::int64_t>(total))
                                       .take())
                .take());
}

http_response one_market(const market_state& in, std::string_view value, std::string binary_market::*member) {
  for (const auto& x : in.markets())
    if (x.*member == value) return ok(market_json(x, in, true, false));
  return error_answer(404, "id not found");
}

http_response one_event(const market_state& in, std::string_view value, bool by_slug) {
  for (const auto& slug : in.event_slugs())
    if (by_slug ? slug == value : in.find_event(slug)->id == value) return ok(event_json(slug, in, true));
  return error_answer(404, "id not found");
}

} // namespace

std::optional<http_response> gamma_answer(const http_request& what, const market_state& in) {
  if (what.method != "GET") return {};
  const std::string_view path = what.path;
  if (path == "/markets") return listing_answer(what, in, false, false);
  if (path == "/markets/keyset") return listing_answer(what, in, true, false);
  if (path == "/events") return listing_answer(what, in, false, true);
  if (path == "/events/keyset") return listing_answer(what, in, true, true);
  if (path == "/tags") return ok(tags_json(all_tags(in), in));
  if (path == "/public-search") return search_answer(what, in);
  const auto behind = [&](std::string_view prefix) -> std::optional<std::string_view> {
    if (!path.starts_with(prefix)) return {};
    return path.substr(prefix.size());
  };
  if (const auto slug = behind("/markets/slug/")) return one_market(in, *slug, &binary_market::slug);
  if (const auto id = behind("/markets/")) return one_market(in, *id, &binary_market::gamma_id);
  if (const auto slug = behind("/events/slug/")) return one_event(in, *slug, true);
  if (const auto id = behind("/events/")) return one_event(in, *id, false);
  return {};
}

} // namespace strike::sandbox::polymarket
