#pragma once

#include "kit/temp_folder.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <string>

namespace strike::test {

template <auto Free> struct freed_by {
  template <class T> void operator()(T* x) const { Free(x); }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using tls_context = std::shared_ptr<SSL_CTX>;

/// A certificate authority of one test.
class test_ca {
public:
  test_ca() : key_{EVP_EC_gen("P-256")}, own_{make("strike test CA", key_.get(), 86'400, nullptr)} {
    std::unique_ptr<std::FILE, freed_by<std::fclose>> to{std::fopen(file().c_str(), "w")};
    PEM_write_X509(to.get(), own_.get());
  }
  /// What a client trusts.
  std::string file() const { return (folder_ / "ca.pem").string(); }
  /// For a server that is called so.
  /// @param valid_s from now; negative: it has expired
  tls_context server(const std::string& name, long valid_s = 86'400) const {
    const key_ptr key{EVP_EC_gen("P-256")};
    const auto certificate = make(name, key.get(), valid_s, own_.get());
    tls_context tls{SSL_CTX_new(TLS_server_method()), SSL_CTX_free};
    SSL_CTX_use_certificate(tls.get(), certificate.get());
    SSL_CTX_use_PrivateKey(tls.get(), key.get());
    return tls;
  }

private:
  certificate_ptr make(const std::string& name, EVP_PKEY* key, long valid_s, X509* issuer) const {
    static long serial = 0;
    certificate_ptr x{X509_new()};
    X509_set_version(x.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x.get()), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x.get()), -2 * 86'400);
    X509_gmtime_adj(X509_getm_notAfter(x.get()), valid_s);
    X509_set_pubkey(x.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(x.get(), X509_get_subject_name(issuer ? issuer : x.get()));
    extend(x.get(), NID_basic_constraints, issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
    if (issuer) extend(x.get(), NID_subject_alt_name, "DNS:" + name);
    X509_sign(x.get(), key_.get(), EVP_sha256());
    return x;
  }
  static void extend(X509* x, int what, const std::string& value) {
    std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>> e{
        X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str())};
    X509_add_ext(x, e.get(), -1);
  }

  temp_folder folder_;
  key_ptr key_;
  certificate_ptr own_;
};

} // namespace strike::test
