using System.Net;
using System.Net.Sockets;
using MedQA.Azurite;

namespace MedQA.Testing;

/// <summary>Ports for storage emulators of tests.</summary>
internal static class FreePorts
{
    /// <summary>Three ports on which nothing listens now, below those that systems give to connections: one of these could be taken by the time it is used.</summary>
    public static AzuritePorts Take()
    {
        const int First = 13_000, Last = 32_000;
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            try
            {
                using TcpListener blob = new(IPAddress.Loopback, port), queue = new(IPAddress.Loopback, port + 1), table = new(IPAddress.Loopback, port + 2);
                blob.Start();
                queue.Start();
                table.Start();
                return new AzuritePorts(port, port + 1, port + 2);
            }
            catch (SocketException)
            {
                // One of them is taken: others are tried.
            }
        }
    }
}
