#include "exec/checkpointer.hpp"
#include "exec/order_store.hpp"
#include "kit/file_limit.hpp"
#include "kit/temp_folder.hpp"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace strike;
using namespace strike::literals;
using namespace strike::exec;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

struct store : testing::Test {
  temp_folder folder;
  std::filesystem::path file = folder / "data/exec.db";
  instrument_registry instruments;
  instrument_id perpetual = *instruments.intern(venue::deribit, "BTC-PERPETUAL");
  account_name account{venue::deribit, "paper"};
  std::unique_ptr<order_store> opened = open();

  std::unique_ptr<order_store> open() {
    auto made = order_store::open(file, instruments);
    EXPECT_TRUE(made) << made.error().text;
    return made ? std::move(*made) : nullptr;
  }
  stored_order order(std::uint64_t id, const std::string& client_id) {
    return {.what = {.id = {id},
                     .owner = 0,
                     .label = client_id,
                     .request = {.instrument = perpetual,
                                 .side = side::sell,
                                 .limit = 60'000.5_px,
                                 .size = 10_qty,
                                 .tif = time_in_force::gtd,
                                 .post_only = true,
                                 .reduce_only = true,
                                 .expire_ns = 77,
                                 .stop = 59'000_px,
                                 .trigger = stop_trigger::mark}},
            .of_strategy = {5},
            .account = account,
            .placed_ns = 42,
            .last = {.limit = 60'000.5_px, .size = 10_qty, .changed_ns = 42}};
  }
  fill sold(quantity size) {
    return {.venue_ns = 50, .instrument = perpetual, .side = side::sell, .at = 60'001_px, .size = size, .fee = {-25}};
  }
  std::vector<std::string> bookings(const order_reader::filter& which = {}) {
    std::vector<std::string> all;
    EXPECT_TRUE(opened->read().bookings(which, [&](booking&& x) {
      std::string line = x.owner ? std::to_string(*x.owner) : "account";
      if (const auto* f = std::get_if<fill>(&x.what))
        line += " " + std::string{to_text(f->side)} + " " + to_string(f->size) + " " + x.trade_id;
      else if (const auto* s = std::get_if<match::settlement>(&x.what))
        line += " settled " + to_string(s->size);
      else
        line += " adopted " + to_string(std::get<adoption>(x.what).size);
      all.push_back(std::move(line));
    }));
    return all;
  }
};

TEST_F(store, gives_an_order_back_as_it_was_kept) {
  ASSERT_EQ(*opened->owner_of("gamma"), 0U);
  const auto kept = order(9, "gamma-1");
  ASSERT_TRUE(opened->add(kept));
  ASSERT_TRUE(opened->keep({9}, "digest 1"));
  ASSERT_TRUE(opened->keep({9}, "digest 2"));
  opened.reset();
  opened = open();
  const auto open = opened->read().orders({.is_open = true}).value();
  ASSERT_EQ(open.size(), 1U);
  const auto& back = open[0];
  EXPECT_EQ(back.what.label, "gamma-1");
  EXPECT_EQ(back.of_strategy, order_id{5});
  EXPECT_EQ(back.account, account);
  EXPECT_EQ(back.last, kept.last);
  EXPECT_THAT(back.keys, ElementsAre("digest 1", "digest 2"));
  const auto &a = back.what.request, &b = kept.what.request;
  EXPECT_EQ(std::tie(a.instrument, a.side, a.type, a.limit, a.size, a.tif, a.post_only, a.reduce_only, a.expire_ns,
                     a.stop, a.trigger),
            std::tie(b.instrument, b.side, b.type, b.limit, b.size, b.tif, b.post_only, b.reduce_only, b.expire_ns,
                     b.stop, b.trigger));
  EXPECT_EQ(*opened->read().last_order(), 9U);
  EXPECT_EQ(*opened->owner_of("gamma"), 0U);
  EXPECT_EQ(*opened->owner_of("carry"), 1U);
}

TEST_F(store, books_a_fill_once_and_moves_its_order_with_it) {
  ASSERT_TRUE(opened->owner_of("gamma"));
  ASSERT_TRUE(opened->add(order(9, "gamma-1")));
  order_life::standing part{.state = order_state::partially_filled, .filled = 4_qty, .size = 10_qty};
  EXPECT_TRUE(*opened->book(account, "t1", sold(4_qty), {9}, 0, part, 60));
  part.filled = 8_qty;
  EXPECT_FALSE(*opened->book(account, "t1", sold(4_qty), {9}, 0, part, 61)) << "booked before";
  const auto back = opened->read().find("gamma-1").value();
  ASSERT_TRUE(back);
  EXPECT_EQ(back->last.filled, 4_qty);
  ASSERT_EQ(back->fills.size(), 1U);
  EXPECT_EQ(back->fills[0].trade_id, "t1");
  EXPECT_EQ(back->fills[0].what.fee, money{-25});
  EXPECT_EQ(*opened->read().newest_fill_ns(account), 50);
}

TEST_F(store, bookings_come_back_in_their_order_over_all_kinds) {
  ASSERT_TRUE(opened->owner_of("gamma"));
  ASSERT_TRUE(opened->adopt(account, {perpetual, 30_qty, "first start"}, 1));
  ASSERT_TRUE(opened->add(order(9, "gamma-1")));
  ASSERT_TRUE(opened->book(account, "t1", sold(4_qty), {9}, 0, {}, 60));
  ASSERT_TRUE(opened->book(account, "t2", sold(6_qty), 61)); // not ours
  ASSERT_TRUE(opened->undo(account, "t1", {9}, "FAILED", {}, 62));
  ASSERT_TRUE(opened->settle(account, {}, {.instrument = perpetual, .size = 24_qty}, 63));
  opened.reset();
  opened = open();
  EXPECT_THAT(bookings(), ElementsAre("account adopted 30", "0 sell 4 t1", "account sell 6 t2", "0 buy 4 t1",
                                      "account settled 24"));
  EXPECT_THAT(bookings({.strategy = "gamma"}), ElementsAre("0 sell 4 t1", "0 buy 4 t1"));
  EXPECT_TRUE(opened->read().find("gamma-1").value()->fills[0].is_undone);
  ASSERT_TRUE(opened->adopt(account, {perpetual, 1_qty, "later"}, 64));
  EXPECT_EQ(bookings().back(), "account adopted 1");
}

TEST_F(store, a_client_id_is_taken_for_ever) {
  EXPECT_FALSE(*opened->has("gamma-1"));
  ASSERT_TRUE(opened->add(order(1, "gamma-1")));
  EXPECT_TRUE(opened->has_unfiled());
  EXPECT_TRUE(*opened->has("gamma-1"));
  ASSERT_TRUE(opened->file_intents());
  EXPECT_FALSE(opened->has_unfiled());
  EXPECT_TRUE(*opened->has("gamma-1"));
  EXPECT_FALSE(*opened->has("gamma"));
  opened.reset();
  opened = open();
  EXPECT_TRUE(*opened->has("gamma-1"));
}

TEST_F(store, a_refused_order_is_kept_beside_the_orders) {
  ASSERT_TRUE(opened->owner_of("gamma"));
  auto refused = order(0, "gamma-1");
  refused.last = {.state = order_state::rejected, .reason = "too large"};
  ASSERT_TRUE(opened->refuse(refused));
  EXPECT_FALSE(*opened->has("gamma-1"));
  opened.reset();
  opened = open();
  EXPECT_TRUE(opened->read().orders({})->empty());
  EXPECT_EQ(*opened->read().last_order(), 0U);
  const auto all = opened->read().refusals({.strategy = "gamma", .venue = "deribit"}).value();
  ASSERT_EQ(all.size(), 1U);
  const auto& back = all[0];
  EXPECT_EQ(
      std::tie(back.what.label, back.of_strategy, back.account, back.placed_ns, back.last.state, back.last.reason),
      std::tie(refused.what.label, refused.of_strategy, account, refused.placed_ns, refused.last.state,
               refused.last.reason));
  const auto &a = back.what.request, &b = refused.what.request;
  EXPECT_EQ(std::tie(a.instrument, a.side, a.type, a.limit, a.size),
            std::tie(b.instrument, b.side, b.type, b.limit, b.size));
  for (const auto& none : {order_reader::filter{.strategy = "carry"}, {.venue = "derive"}, {.is_open = true}})
    EXPECT_TRUE(opened->read().refusals(none)->empty());
}

TEST_F(store, forgets_the_oldest_of_too_many_refused_orders) {
  auto refused = order(0, "gamma-1");
  refused.last = {.state = order_state::rejected};
  for (int i = 1; i <= order_store::kept_refusals + 2; ++i) {
    refused.placed_ns = i;
    ASSERT_TRUE(opened->refuse(refused));
  }
  const auto all = opened->read().refusals({}).value();
  ASSERT_EQ(all.size(), static_cast<std::size_t>(order_store::kept_refusals));
  EXPECT_EQ(all.front().placed_ns, 3);
  EXPECT_EQ(opened->read().refusals({.newest = 2})->front().placed_ns, order_store::kept_refusals + 1);
}

TEST_F(store, of_an_older_version_has_no_refused_orders) {
  opened.reset();
  SQLite::Database{file.string(), SQLite::OPEN_READWRITE}.exec("DROP TABLE refusals");
  EXPECT_TRUE(order_reader::open(file, instruments)->refusals({})->empty());
  opened = open();
  ASSERT_TRUE(opened->refuse(order(0, "gamma-1")));
  EXPECT_EQ(opened->read().refusals({})->size(), 1U);
}

/// The files as a death of the process would leave them now.
struct store_after_death : store {
  std::unique_ptr<order_store> opened_again(std::string_view torn = "") {
    std::filesystem::create_directory(folder / "left");
    for (const auto* name : {"exec.db", "exec.db-wal", "exec.db-intents"})
      std::filesystem::copy_file(folder / "data" / name, folder / "left" / name);
    std::ofstream{folder / "left/exec.db-intents", std::ios::app} << torn;
    auto made = order_store::open(folder / "left/exec.db", instruments);
    EXPECT_TRUE(made) << made.error().text;
    return made ? std::move(*made) : nullptr;
  }
};

TEST_F(store_after_death, an_intent_of_the_last_moment_is_there) {
  ASSERT_TRUE(opened->add(order(9, "gamma-1")));
  ASSERT_TRUE(opened->keep({9}, "digest 1"));
  const auto again = opened_again();
  const auto found = again->read().find("gamma-1").value();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->what.id, order_id{9});
  EXPECT_EQ(found->last, order(9, "gamma-1").last);
  EXPECT_THAT(found->keys, ElementsAre("digest 1"));
}

TEST_F(store_after_death, a_refused_order_is_there_once) {
  ASSERT_TRUE(opened->refuse(order(0, "gamma-1")));
  ASSERT_TRUE(opened->file_intents()); // and still in the log
  ASSERT_TRUE(opened->refuse(order(0, "gamma-2")));
  const auto again = opened_again();
  EXPECT_EQ(again->read().refusals({})->size(), 2U);
  ASSERT_TRUE(again->refuse(order(0, "gamma-3")));
  EXPECT_EQ(again->read().refusals({})->back().what.label, "gamma-3");
}

TEST_F(store_after_death, intents_are_not_taken_into_another_store) {
  ASSERT_TRUE(opened->add(order(9, "gamma-1")));
  std::filesystem::create_directory(folder / "left");
  std::filesystem::copy_file(folder / "data/exec.db-intents", folder / "left/exec.db-intents");
  for (int i = 0; i < 2; ++i) { // nor at the second try
    const auto other = order_store::open(folder / "left/exec.db", instruments);
    ASSERT_FALSE(other);
    EXPECT_THAT(other.error().text, HasSubstr("exec.db-intents has orders of another store"));
  }
}

TEST_F(store_after_death, what_was_written_in_part_never_left) {
  ASSERT_TRUE(opened->add(order(9, "gamma-1")));
  const auto again = opened_again(R"(["order",10,"gamma-2",0,)");
  EXPECT_TRUE(*again->has("gamma-1"));
  EXPECT_EQ(again->read().orders({})->size(), 1U);
  ASSERT_TRUE(again->add(order(10, "gamma-2")));
  EXPECT_EQ(again->read().orders({})->size(), 2U);
}

TEST_F(store_after_death, a_log_that_is_damaged_is_an_error_and_stays_as_it_is) {
  ASSERT_TRUE(opened->add(order(9, "gamma-1")));
  std::filesystem::create_directory(folder / "left");
  for (const auto* name : {"exec.db", "exec.db-wal", "exec.db-intents"})
    std::filesystem::copy_file(folder / "data" / name, folder / "left" / name);
  for (const auto* line : {"rubbish\n", "[]\n", "[1]\n", "[\"order\",{}]\n", "[\"order\",1]\n"}) {
    std::filesystem::copy_file(folder / "data/exec.db-intents", folder / "left/exec.db-intents",
                               std::filesystem::copy_options::overwrite_existing);
    std::ofstream{folder / "left/exec.db-intents", std::ios::app} << line;
    const auto other = order_store::open(folder / "left/exec.db", instruments);
    ASSERT_FALSE(other) << line;
    EXPECT_EQ(other.error().code, ec::io);
    std::ifstream in{folder / "left/exec.db-intents"};
    EXPECT_THAT((std::string{std::istreambuf_iterator<char>{in}, {}}), HasSubstr(line));
  }
}

TEST_F(store_after_death, an_intent_that_was_filed_already_changes_nothing) {
  ASSERT_TRUE(opened->add(order(9, "gamma-1")));
  ASSERT_TRUE(opened->keep({9}, "digest 1"));
  auto later = order(9, "gamma-1").last;
  later.state = order_state::open;
  ASSERT_TRUE(opened->save({9}, later));
  const auto again = opened_again();
  const auto all = again->read().orders({}).value();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].last.state, order_state::open);
  EXPECT_THAT(all[0].keys, ElementsAre("digest 1"));
}

TEST_F(store, an_intent_that_finds_no_room_is_an_error_and_leaves_nothing) {
  ASSERT_TRUE(opened->add(order(1, "gamma-1")));
  const auto intents = folder / "data/exec.db-intents";
  {
    const file_limit full{std::filesystem::file_size(intents) + 20};
    const auto refused = opened->add(order(2, "gamma-2"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ec::io);
    EXPECT_THAT(refused.error().text, HasSubstr("exec.db-intents"));
  }
  ASSERT_TRUE(opened->add(order(3, "gamma-3")));
  opened.reset();
  opened = open();
  EXPECT_EQ(opened->read().orders({})->size(), 2U);
  EXPECT_FALSE(*opened->has("gamma-2"));
}

TEST_F(store, keeps_audit_and_values) {
  ASSERT_TRUE(opened->note({1, "kill", "deribit", "by the operator"}));
  ASSERT_TRUE(opened->set("risk", "a"));
  ASSERT_TRUE(opened->set("risk", "b"));
  EXPECT_EQ(*opened->read().value("risk"), "b");
  EXPECT_EQ(*opened->read().value("other"), "");
  EXPECT_EQ(opened->read().audit().value().at(0).text, "by the operator");
}

TEST_F(store, belongs_to_one_process_but_can_be_read_meanwhile) {
  ASSERT_TRUE(opened->add(order(1, "gamma-1")));
  const auto second = order_store::open(file, instruments);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, HasSubstr("another exec uses it"));
  ASSERT_TRUE(opened->file_intents());
  const auto reader = order_reader::open(file, instruments);
  ASSERT_TRUE(reader) << reader.error().text;
  EXPECT_EQ(reader->orders({}).value().size(), 1U);
}

TEST_F(store, is_read_and_written_by_its_user_only) {
  ASSERT_TRUE(opened->set("who", "nobody else"));
  for (const auto* name : {"exec.db", "exec.db-wal", "exec.db-shm", "exec.db-intents"})
    EXPECT_EQ(std::filesystem::status(folder / "data" / name).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << name;
}

TEST_F(store, moves_its_log_into_its_file_while_it_is_open) {
  const auto before = std::filesystem::file_size(file);
  for (std::uint64_t i = 1; i <= 500; ++i) ASSERT_TRUE(opened->add(order(i, "gamma-" + std::to_string(i))));
  ASSERT_TRUE(opened->file_intents());
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (std::filesystem::file_size(file) < before + 50'000 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  EXPECT_GE(std::filesystem::file_size(file), before + 50'000);
  EXPECT_EQ(opened->read().orders({.is_open = true})->size(), 500U);
}

TEST_F(store, refuses_what_is_no_store_and_says_what_to_do) {
  const auto refusal = [&](const std::string& content) {
    const auto other = folder / "other.db";
    std::filesystem::remove(other);
    std::ofstream{other, std::ios::binary} << content;
    const auto made = order_store::open(other, instruments);
    return made ? std::string{"opened"} : made.error().text;
  };
  EXPECT_THAT(refusal("this is no database, but long enough to be taken for the header of one, is it not? Well, then: "
                      "a hundred bytes it must have."),
              HasSubstr("other.db: cannot be used as order store"));
  EXPECT_THAT(order_reader::open(folder / "none.db", instruments).error().text, HasSubstr("no order store"));
  opened.reset();
  SQLite::Database{file.string(), SQLite::OPEN_READWRITE}.exec("PRAGMA user_version = 2");
  EXPECT_THAT(order_store::open(file, instruments).error().text, HasSubstr("has version 2, this program knows 1"));
  SQLite::Database{file.string(), SQLite::OPEN_READWRITE}.exec("PRAGMA application_id = 7");
  EXPECT_THAT(order_store::open(file, instruments).error().text, HasSubstr("is no order store of strike"));
}

TEST_F(store, a_damaged_file_is_an_error_at_the_start) {
  for (std::uint64_t i = 1; i < 200; ++i) ASSERT_TRUE(opened->add(order(i, "gamma-" + std::to_string(i))));
  opened.reset();
  {
    std::fstream raw{file, std::ios::in | std::ios::out | std::ios::binary};
    raw.seekp(4096 * 3);
    raw << std::string(4096 * 8, 'x');
  }
  const auto made = order_store::open(file, instruments);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().text, HasSubstr("exec.db"));
}

} // namespace
