#include "exec/checkpointer.hpp"
#include "kit/file_limit.hpp"
#include "kit/temp_folder.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace strike::exec;
using testing::AllOf;
using testing::HasSubstr;

namespace {

struct checkpointer_test : testing::Test {
  temp_folder folder;
  std::filesystem::path file = folder / "x.db";
  SQLite::Database db{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 10'000};
  std::mutex guard;
  std::condition_variable news;
  std::vector<std::string> told; ///< "new: " before the first of its kind
  checkpoint_listener listener = [this](std::string_view why, bool is_new) {
    const std::scoped_lock lock{guard};
    told.push_back((is_new ? "new: " : "again: ") + std::string{why});
    news.notify_all();
  };

  checkpointer_test() {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE rows (text TEXT)");
  }
  /// The first so many; fewer if they do not come.
  std::vector<std::string> first_told(std::size_t count) {
    std::unique_lock lock{guard};
    news.wait_for(lock, std::chrono::seconds{30}, [&] { return told.size() >= count; });
    auto all = told;
    all.resize(std::min(all.size(), count));
    return all;
  }
};

TEST_F(checkpointer_test, tells_that_the_disk_takes_no_more_and_when_it_does_again) {
  db.exec("INSERT INTO rows VALUES (zeroblob(1000000)); PRAGMA wal_checkpoint(TRUNCATE)");
  db.exec("CREATE TABLE last_page (text TEXT)");
  std::optional<file_limit> full{200'000}; // below the store's file, above its log
  const checkpointer keeper{file, listener};
  const auto failures = first_told(2);
  ASSERT_EQ(failures.size(), 2U);
  EXPECT_THAT(failures[0], AllOf(HasSubstr("new: "), HasSubstr("x.db-wal"), HasSubstr("disk I/O error")));
  EXPECT_THAT(failures[1], HasSubstr("again: "));
  full.reset();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  std::unique_lock lock{guard};
  EXPECT_TRUE(news.wait_until(lock, until, [&] { return told.back() == "new: "; })) << told.back();
}

TEST_F(checkpointer_test, tells_that_the_file_is_gone) {
  std::filesystem::remove(file);
  const checkpointer keeper{file, listener};
  const auto failures = first_told(1);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_THAT(failures[0], HasSubstr("unable to open database file"));
}

TEST_F(checkpointer_test, who_reads_meanwhile_is_no_failure) {
  db.exec("INSERT INTO rows VALUES (zeroblob(100000))");
  SQLite::Database other{file.string(), SQLite::OPEN_READONLY};
  SQLite::Statement reader{other, "SELECT text FROM rows"};
  ASSERT_TRUE(reader.executeStep()); // and holds the log
  const auto size = std::filesystem::file_size(file);
  {
    const checkpointer keeper{file, listener, 1};
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::filesystem::file_size(file) == size && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    EXPECT_GT(std::filesystem::file_size(file), size);
  } // ends after the attempt to begin the log anew, which the reader is in the way of
  EXPECT_THAT(told, testing::IsEmpty());
}

TEST_F(checkpointer_test, begins_a_long_log_anew_though_somebody_always_writes) {
  const checkpointer keeper{folder / "x.db", {}, 100};
  // the fourth number of the log's head counts how often it was begun:
  // https://www.sqlite.org/fileformat2.html#walformat
  const auto beginnings = [&] {
    std::ifstream log{folder / "x.db-wal", std::ios::binary};
    std::array<unsigned char, 16> head{};
    log.read(reinterpret_cast<char*>(head.data()), head.size());
    return head[12] << 24 | head[13] << 16 | head[14] << 8 | head[15];
  };
  SQLite::Statement add{db, "INSERT INTO rows VALUES (?)"};
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  const auto first = beginnings();
  while (beginnings() < first + 2 && std::chrono::steady_clock::now() < until) {
    add.bind(1, std::string(3'000, 'x'));
    add.exec();
    add.reset();
    std::this_thread::sleep_for(std::chrono::microseconds{500});
  }
  EXPECT_GE(beginnings(), first + 2);
}

} // namespace
