#pragma once

#include <cstdlib>
#include <initializer_list>
#include <utility>

/// Published test keys, which the sandbox knows (docs/architecture.md), for all processes that this one starts.
inline void set_sandbox_keys() {
  for (const auto& [name, value] : std::initializer_list<std::pair<const char*, const char*>>{
           {"DERIBIT_CLIENT_ID", "sandbox-key"},
           {"DERIBIT_CLIENT_SECRET", "sandbox-secret"},
           {"DERIVE_WALLET", "0x374DaEF6100B14f4d78813d8177CB93dF139BC29"},
           {"DERIVE_SUBACCOUNT", "91234"},
           {"DERIVE_SESSION_KEY", "0x761bfa4710765bc968673e2d12a706dc8ed3d193ca2e3dfcade44ad485972a3c"},
           {"POLYMARKET_PRIVATE_KEY", "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"}})
    setenv(name, value, 1);
}
