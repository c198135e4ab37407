#include "sandbox/certificates.hpp"

#include "base/time.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

namespace strike::sandbox {

namespace {

constexpr int ca_days = 3650, server_days = 365; ///< valid, from yesterday, so that clocks may differ
constexpr int renew_days = 30;

template <auto Free> struct freed_by {
  template <class T> void operator()(T* x) const { Free(x); }
};
using bio = std::unique_ptr<BIO, freed_by<BIO_free>>;
using key_pair = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using x509 = std::unique_ptr<X509, freed_by<X509_free>>;
using freed_string = std::unique_ptr<ASN1_OCTET_STRING, freed_by<ASN1_OCTET_STRING_free>>;
using extension = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;

/// A certificate and its key.
struct identity {
  x509 certificate;
  key_pair key;
};

std::unexpected<error> refused(std::string_view what) {
  char why[256] = "no reason given";
  if (const auto code = ERR_get_error(); code != 0) ERR_error_string_n(code, why, sizeof why);
  ERR_clear_error();
  return fail(ec::io, fmt::format("sandbox certificates: {}: {}", what, why));
}

/// Null unless both files are there and hold what they should.
identity read_identity(const std::filesystem::path& certificate, const std::filesystem::path& key) {
  identity made;
  const bio certificate_in{BIO_new_file(certificate.c_str(), "r")}, key_in{BIO_new_file(key.c_str(), "r")};
  if (certificate_in && key_in) {
    made.certificate.reset(PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr));
    made.key.reset(PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr));
  }
  ERR_clear_error();
  if (!made.certificate || !made.key || X509_check_private_key(made.certificate.get(), made.key.get()) != 1) return {};
  return made;
}

bool lasts(const identity& x, std::time_t now) {
  if (!x.certificate) return false;
  auto end = now + std::time_t{renew_days} * 86'400;
  return X509_cmp_time(X509_get0_notAfter(x.certificate.get()), &end) > 0 &&
         X509_cmp_time(X509_get0_notBefore(x.certificate.get()), &now) < 0;
}

bool is_address(const std::string& name) {
  const freed_string address{a2i_IPADDRESS(name.c_str())};
  ERR_clear_error();
  return address != nullptr;
}

bool names_all(const identity& x, const std::vector<std::string>& names) {
  return std::ranges::all_of(names, [&](const std::string& name) {
    return is_address(name) ? X509_check_ip_asc(x.certificate.get(), name.c_str(), 0) == 1
                            : X509_check_host(x.certificate.get(), name.data(), name.size(), 0, nullptr) == 1;
  });
}

/// As OpenSSL's configuration files have it.
std::string alternative_names(const std::vector<std::string>& names) {
  std::string text = "DNS:localhost,IP:127.0.0.1,IP:::1";
  for (const auto& name : names) text += fmt::format(",{}:{}", is_address(name) ? "IP" : "DNS", name);
  return text;
}

bool is_signed_by(const identity& x, const identity& ca) { return X509_verify(x.certificate.get(), ca.key.get()) == 1; }

bool add_extension(X509* to, X509* issuer, int which, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  const extension made{X509V3_EXT_conf_nid(nullptr, &context, which, value)};
  return made && X509_add_ext(to, made.get(), -1) == 1;
}

bool set_serial(X509* of) {
  std::uint64_t number = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number) != 1) return false;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(of), number >> 1) == 1; // positive
}

/// @param ca who signs; null: it signs itself
/// @param alternatives names of a server; of none where it signs itself
result<identity> make_identity(const char* name, int days, std::time_t now, const identity* ca,
                               const std::string& alternatives = {}) {
  identity made{x509{X509_new()}, key_pair{EVP_EC_gen("P-256")}};
  if (!made.certificate || !made.key) return refused("no P-256 key");
  auto* const x = made.certificate.get();
  auto* const subject = X509_get_subject_name(x);
  const auto* const text = reinterpret_cast<const unsigned char*>(name);
  if (X509_set_version(x, X509_VERSION_3) != 1 || !set_serial(x) ||
      !X509_time_adj_ex(X509_getm_notBefore(x), -1, 0, &now) ||
      !X509_time_adj_ex(X509_getm_notAfter(x), days, 0, &now) || X509_set_pubkey(x, made.key.get()) != 1 ||
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0) != 1)
    return refused("no certificate");
  auto* const issuer = ca ? ca->certificate.get() : x;
  if (X509_set_issuer_name(x, X509_get_subject_name(issuer)) != 1) return refused("no issuer");
  const bool is_complete = ca ? add_extension(x, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
                                    add_extension(x, issuer, NID_key_usage, "critical,digitalSignature") &&
                                    add_extension(x, issuer, NID_ext_key_usage, "serverAuth") &&
                                    add_extension(x, issuer, NID_subject_alt_name, alternatives.c_str())
                              : add_extension(x, issuer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                                    add_extension(x, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  if (!is_complete || !add_extension(x, issuer, NID_subject_key_identifier, "hash") ||
      !add_extension(x, issuer, NID_authority_key_identifier, "keyid"))
    return refused("no certificate extension");
  if (X509_sign(x, ca ? ca->key.get() : made.key.get(), EVP_sha256()) == 0) return refused("no signature");
  return made;
}

/// Under another name first, so that a reader finds the old file or the new one.
result<void> write_file(const std::filesystem::path& file, BIO* content, mode_t mode) {
  const char* bytes = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(content, &bytes));
  const auto draft = file.string() + ".new";
  ::unlink(draft.c_str());
  const int out = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  const bool is_written = out >= 0 && ::write(out, bytes, size) == static_cast<ssize_t>(size);
  const int why = errno;
  if (out >= 0) ::close(out);
  if (is_written && ::rename(draft.c_str(), file.c_str()) == 0) return {};
  return fail(ec::io, fmt::format("{}: cannot be written: {}; name another [sandbox] folder", file.string(),
                                  std::strerror(is_written ? errno : why)));
}

result<void> write_identity(const identity& x, const std::filesystem::path& certificate,
                            const std::filesystem::path& key) {
  const bio certificate_out{BIO_new(BIO_s_mem())}, key_out{BIO_new(BIO_s_secmem())};
  if (!certificate_out || !key_out || PEM_write_bio_X509(certificate_out.get(), x.certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_out.get(), x.key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return refused("no PEM");
  if (auto ok = write_file(key, key_out.get(), S_IRUSR | S_IWUSR); !ok) return ok;
  return write_file(certificate, certificate_out.get(), S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
}

} // namespace

bool is_certificate_name(std::string_view x) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return is_address(std::string{x}) || (!x.empty() && std::ranges::all_of(x, is_letter));
}

result<certificate_files> prepare_certificates(const std::filesystem::path& folder,
                                               const std::vector<std::string>& names, std::int64_t now_ns) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return fail(ec::io, fmt::format("{}: cannot be made: {}", folder.string(), failed.message()));
  const certificate_files files{folder / "ca.pem", folder / "server.pem", folder / "server.key"};
  const auto ca_key = folder / "ca.key";
  const std::time_t now = now_ns / ns_per_s;

  auto ca = read_identity(files.ca, ca_key);
  if (!lasts(ca, now)) {
    auto made = make_identity("Strike sandbox CA, for tests only", ca_days, now, nullptr);
    if (!made) return std::unexpected{made.error()};
    ca = *std::move(made);
    if (auto ok = write_identity(ca, files.ca, ca_key); !ok) return std::unexpected{ok.error()};
  }
  const auto server = read_identity(files.certificate, files.key);
  if (lasts(server, now) && is_signed_by(server, ca) && names_all(server, names)) return files;
  const auto made = make_identity("localhost", server_days, now, &ca, alternative_names(names));
  if (!made) return std::unexpected{made.error()};
  if (auto ok = write_identity(*made, files.certificate, files.key); !ok) return std::unexpected{ok.error()};
  return files;
}

} // namespace strike::sandbox
