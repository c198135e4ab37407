#include "sign/typed_data.hpp"

namespace strike::sign {
namespace {

struct bound_domain {
  std::string_view name, version;
  uint256 chain_id;
  address verifying_contract;
};

struct free_domain {
  std::string_view name, version;
  uint256 chain_id;
};

} // namespace

template <> struct typed<bound_domain> {
  static constexpr std::string_view name = "EIP712Domain";
  static constexpr auto members = std::tuple{
      member{"name", &bound_domain::name}, member{"version", &bound_domain::version},
      member{"chainId", &bound_domain::chain_id}, member{"verifyingContract", &bound_domain::verifying_contract}};
};

template <> struct typed<free_domain> {
  static constexpr std::string_view name = "EIP712Domain";
  static constexpr auto members =
      std::tuple{member{"name", &free_domain::name}, member{"version", &free_domain::version},
                 member{"chainId", &free_domain::chain_id}};
};

bytes32 domain_separator(const domain& x) {
  if (x.verifying_contract) return struct_hash(bound_domain{x.name, x.version, x.chain_id, *x.verifying_contract});
  return struct_hash(free_domain{x.name, x.version, x.chain_id});
}

bytes32 typed_data_digest(const bytes32& domain_separator, const bytes32& struct_hash) {
  std::array<std::uint8_t, 2 + 32 + 32> preimage{0x19, 0x01};
  std::ranges::copy(struct_hash, std::ranges::copy(domain_separator, preimage.begin() + 2).out);
  return keccak256(preimage);
}

} // namespace strike::sign
