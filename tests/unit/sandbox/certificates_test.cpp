#include "sandbox/certificates.hpp"

#include "base/time.hpp"
#include "kit/temp_folder.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

namespace {

using namespace strike;
using strike::sandbox::prepare_certificates;
namespace fs = std::filesystem;

std::int64_t now_ns() { return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count(); }

std::string text_of(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

struct x509_delete {
  void operator()(X509* x) const { X509_free(x); }
  void operator()(X509_STORE* x) const { X509_STORE_free(x); }
  void operator()(X509_STORE_CTX* x) const { X509_STORE_CTX_free(x); }
};
using x509 = std::unique_ptr<X509, x509_delete>;

x509 read(const fs::path& file) {
  FILE* in = std::fopen(file.c_str(), "r");
  x509 made{PEM_read_X509(in, nullptr, nullptr, nullptr)};
  std::fclose(in);
  return made;
}

bool chain_verifies(const sandbox::certificate_files& files) {
  const auto ca = read(files.ca), server = read(files.certificate);
  const std::unique_ptr<X509_STORE, x509_delete> store{X509_STORE_new()};
  X509_STORE_add_cert(store.get(), ca.get());
  const std::unique_ptr<X509_STORE_CTX, x509_delete> context{X509_STORE_CTX_new()};
  X509_STORE_CTX_init(context.get(), store.get(), server.get(), nullptr);
  X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
  X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT);
  return X509_verify_cert(context.get()) == 1;
}

struct certificates_test : testing::Test {
  temp_folder in;
  fs::path folder = in / "tls";
};

TEST_F(certificates_test, the_chain_verifies_by_the_strict_rules) {
  const auto files = prepare_certificates(folder, {}, now_ns());
  ASSERT_TRUE(files) << files.error().text;
  EXPECT_TRUE(chain_verifies(*files));
}

TEST_F(certificates_test, the_server_is_localhost_by_name_and_by_both_addresses) {
  const auto files = prepare_certificates(folder, {}, now_ns());
  const auto server = read(files->certificate);
  EXPECT_EQ(X509_check_host(server.get(), "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(server.get(), "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(server.get(), "::1", 0), 1);
  EXPECT_EQ(X509_check_host(server.get(), "example.com", 0, 0, nullptr), 0);
}

TEST_F(certificates_test, the_server_has_the_names_that_it_is_given) {
  const auto files = prepare_certificates(folder, {"sandbox", "10.1.2.3"}, now_ns());
  ASSERT_TRUE(files) << files.error().text;
  const auto server = read(files->certificate);
  EXPECT_EQ(X509_check_host(server.get(), "sandbox", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(server.get(), "10.1.2.3", 0), 1);
  EXPECT_EQ(X509_check_host(server.get(), "localhost", 0, 0, nullptr), 1);
  EXPECT_TRUE(chain_verifies(*files));
}

TEST_F(certificates_test, a_new_name_makes_a_new_certificate_of_the_same_ca_and_a_known_one_does_not) {
  const auto files = prepare_certificates(folder, {}, now_ns());
  const auto ca = text_of(files->ca), server = text_of(files->certificate);
  ASSERT_TRUE(prepare_certificates(folder, {"sandbox"}, now_ns()));
  const auto named = text_of(files->certificate);
  EXPECT_NE(named, server);
  ASSERT_TRUE(prepare_certificates(folder, {"sandbox"}, now_ns()));
  EXPECT_EQ(text_of(files->certificate), named);
  EXPECT_EQ(text_of(files->ca), ca);
}

TEST_F(certificates_test, only_the_owner_reads_the_keys) {
  const auto files = prepare_certificates(folder, {}, now_ns());
  EXPECT_EQ(fs::status(files->key).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(folder / "ca.key").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(certificates_test, what_is_there_is_used_again) {
  const auto files = prepare_certificates(folder, {}, now_ns());
  const auto ca = text_of(files->ca), server = text_of(files->certificate);
  ASSERT_TRUE(prepare_certificates(folder, {}, now_ns()));
  EXPECT_EQ(text_of(files->ca), ca);
  EXPECT_EQ(text_of(files->certificate), server);
}

TEST_F(certificates_test, a_server_certificate_near_its_end_is_renewed_by_the_same_ca) {
  const auto files = prepare_certificates(folder, {}, now_ns() - 340 * ns_per_day);
  const auto ca = text_of(files->ca), server = text_of(files->certificate);
  ASSERT_TRUE(prepare_certificates(folder, {}, now_ns()));
  EXPECT_EQ(text_of(files->ca), ca);
  EXPECT_NE(text_of(files->certificate), server);
  EXPECT_TRUE(chain_verifies(*files));
}

TEST_F(certificates_test, a_ca_near_its_end_takes_its_server_certificate_along) {
  const auto files = prepare_certificates(folder, {}, now_ns() - 3630 * ns_per_day);
  const auto ca = text_of(files->ca);
  ASSERT_TRUE(prepare_certificates(folder, {}, now_ns()));
  EXPECT_NE(text_of(files->ca), ca);
  EXPECT_TRUE(chain_verifies(*files));
}

TEST_F(certificates_test, a_broken_file_is_made_anew) {
  const auto files = prepare_certificates(folder, {}, now_ns());
  std::ofstream{files->key} << "no key";
  ASSERT_TRUE(prepare_certificates(folder, {}, now_ns()));
  EXPECT_TRUE(chain_verifies(*files));
  EXPECT_NE(text_of(files->key), "no key");
}

TEST_F(certificates_test, a_folder_that_cannot_be_made_is_named) {
  in.write("file", "");
  const auto files = prepare_certificates(in / "file" / "tls", {}, now_ns());
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().code, ec::io);
  EXPECT_NE(files.error().text.find("file/tls"), std::string::npos);
}

} // namespace
