#pragma once
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

/// Makes a new key on the curve P-256; the curve's number of bits is made by a macro, which Swift does not import.
static inline int astra_tls_generate(gnutls_x509_privkey_t _Nonnull key) {
  return gnutls_x509_privkey_generate(
      key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
}

/// Says what a key is good for: to sign what is transferred, or, of an authority, certificates and their revocation.
static inline int astra_tls_set_usage(gnutls_x509_crt_t _Nonnull certificate, int is_authority) {
  return gnutls_x509_crt_set_key_usage(
      certificate, is_authority ? GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN : GNUTLS_KEY_DIGITAL_SIGNATURE);
}
