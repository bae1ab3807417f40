/* The peer in ns-3: UDP packets from a source over routers to a sink, `chain ROUTERS ROUTES PACKETS`.

   Every node but the sink has so many routes of /24 and one to the sink. No rules, no answers, links without loss.
   Prints packets that arrived and seconds of processor time of the simulation alone. */

#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/point-to-point-module.h"

#include <cstdlib>
#include <ctime>
#include <iostream>

using namespace ns3;

int main(int count, char **words)
{
    if (count != 4)
        return 2;
    uint32_t nodes = atoi(words[1]) + 2, routes = atoi(words[2]), packets = atoi(words[3]);
    NodeContainer chain;
    chain.Create(nodes);
    InternetStackHelper().Install(chain);
    PointToPointHelper link;
    link.SetDeviceAttribute("DataRate", StringValue("100Gbps"));
    link.SetChannelAttribute("Delay", StringValue("1us"));
    Ipv4AddressHelper addresses("198.18.0.0", "255.255.255.252");
    Ipv4InterfaceContainer last;
    for (uint32_t i = 0; i + 1 < nodes; i++) {
        last = addresses.Assign(link.Install(chain.Get(i), chain.Get(i + 1)));
        addresses.NewNetwork();
    }
    for (uint32_t i = 0; i + 1 < nodes; i++) {
        auto table = Ipv4StaticRoutingHelper().GetStaticRouting(chain.Get(i)->GetObject<Ipv4>());
        uint32_t on = chain.Get(i)->GetNDevices() - 1;
        for (uint32_t k = 0; k < routes; k++)
            table->AddNetworkRouteTo(Ipv4Address(10u << 24 | k << 8), Ipv4Mask("/24"), on);
        table->AddHostRouteTo(last.GetAddress(1), on);
    }
    UdpServerHelper server(9);
    auto sink = server.Install(chain.Get(nodes - 1));
    UdpClientHelper client(last.GetAddress(1), 9);
    client.SetAttribute("MaxPackets", UintegerValue(packets));
    client.SetAttribute("Interval", TimeValue(MicroSeconds(1)));
    client.SetAttribute("PacketSize", UintegerValue(18));
    client.Install(chain.Get(0));
    std::clock_t began = std::clock();
    Simulator::Run();
    double used = double(std::clock() - began) / CLOCKS_PER_SEC;
    std::cout << DynamicCast<UdpServer>(sink.Get(0))->GetReceived() << " " << used << "\n";
    Simulator::Destroy();
    return 0;
}
