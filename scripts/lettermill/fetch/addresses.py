"""IP addresses: which are public, and which belong to this machine, a local network or the services of a cloud."""

import ipaddress

PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")
"""Global unicast addresses (https://www.iana.org/assignments/ipv6-address-space)."""

NAT64 = ipaddress.ip_network("64:ff9b::/96")

RESERVED = [
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # IETF protocols, also the metadata service of a cloud
        "168.63.129.16/32",  # the host agent of Azure
        "3fff::/20",  # documentation; unknown to Python 3.11
    )
]
"""Networks that are not public, although ``ipaddress`` says so."""


def is_public(address: str) -> bool:
    """Whether an IP address (``::1``, ``192.0.2.1``) is public, not of this machine or a local network."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):  # some of them stand for IPv4 addresses
        behind = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None
        ip = behind or ip.ipv4_mapped or ip.sixtofour or ip
    if ip.version == 6 and ip not in PUBLIC_IPV6:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in RESERVED)
