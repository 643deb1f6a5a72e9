"""IP addresses: which are public, and which belong to this machine, a local network or the services of a cloud.

The lists are our own. Those of ``ipaddress`` differ between patch releases of Python, and count some addresses as
public that lead to services of a cloud.
"""

import ipaddress

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

UNICAST = ipaddress.IPv6Network("2000::/3")
"""The only IPv6 addresses that are public (https://www.iana.org/assignments/ipv6-address-space). This leaves out local
and private ones (::1, fc00::/7, fe80::/10, the old fec0::/10), local translators (64:ff9b:1::/48) and multicast."""

RESERVED: list[Network] = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",  # this network, "this machine" on Linux
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared behind a provider's translator, also the metadata service of a cloud
        "127.0.0.0/8",  # this machine
        "168.63.129.16/32",  # the host agent of Azure
        "169.254.0.0/16",  # of one link, also the metadata services of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # IETF protocols, also the metadata service of a cloud
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4, withdrawn
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "2001::/23",  # IETF protocols: Teredo, which embeds addresses; benchmarks; ORCHID
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
]
"""Networks that are not public, by the registries of special-purpose addresses (https://www.iana.org/assignments/
iana-ipv4-special-registry and iana-ipv6-special-registry), and services of clouds at other addresses."""

EMBEDDED = [
    (ipaddress.IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped: the system connects to the IPv4 address
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (ipaddress.IPv6Network("2002::/16"), 80),  # 6to4
]
"""IPv6 networks whose addresses lead to an IPv4 address, and the number of bits after it."""


def is_public(address: str) -> bool:
    """Whether an IP address (``::1``, ``192.0.2.1``) is public, not of this machine or a local network."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    for network, after in EMBEDDED:
        if ip in network:
            ip = ipaddress.IPv4Address(int(ip) >> after & 0xFFFFFFFF)
    if ip.version == 6 and ip not in UNICAST:
        return False
    return not any(ip in network for network in RESERVED)
