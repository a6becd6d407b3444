using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MedQA.Testing.Loopback;

/// <summary>What a loopback server does.</summary>
public sealed record LoopbackChatScript
{
    /// <summary>Decides what is done to a request; nothing bad at first. See <see cref="Seeded"/>.</summary>
    public Func<LoopbackChatRequest, ChatFault> FaultOf { get; init; } = static _ => ChatFault.None;

    /// <summary>
    /// Writes the answer of an index. At first it reasons shortly and ends with a letter from A to D that follows from the last message, the
    /// seed and the index.
    /// </summary>
    public Func<LoopbackChatRequest, int, string> Answer { get; init; } = static (request, index) =>
        $"One of them fits what the question says. Answer: ({"ABCD"[(int)(HashOf($"{request.LastMessage}\0{request.Seed}\0{index}") % 4)]})";

    /// <summary>Writes the thought before an answer; <see langword="null"/> for none.</summary>
    public Func<LoopbackChatRequest, int, string?> Thought { get; init; } = static (_, _) => null;

    /// <summary>How long an answer takes.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>What <c>Retry-After</c> says; whole seconds.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The version of the model that answers name.</summary>
    public Func<LoopbackChatRequest, string> Version { get; init; } = static _ => "loopback-2026-01-01";

    /// <summary>The only key or token that is accepted; <see langword="null"/> to ask for none.</summary>
    public string? Credential { get; init; }

    /// <summary>Whether <c>n</c> is taken; otherwise there is one answer, whatever it says.</summary>
    public bool TakesN { get; init; } = true;

    /// <summary>
    /// Returns faults that follow from a seed and from each request's body and try, so that they are the same however requests are
    /// mixed. Requests with the same body are told apart by their order only: let them have seeds.
    /// </summary>
    /// <param name="seed">The seed.</param>
    /// <param name="share">How many of the requests have a fault, of 1.</param>
    /// <param name="mostInARow">After how many faults in a row a body is answered well.</param>
    /// <param name="kinds">The faults to choose from.</param>
    public static Func<LoopbackChatRequest, ChatFault> Seeded(int seed, double share, int mostInARow, params ChatFault[] kinds)
    {
        ChatFault Drawn(string body, int place)
        {
            var hash = HashOf($"{seed}\0{place}\0{body}");
            return (hash >> 11) * (1.0 / (1UL << 53)) < share ? kinds[(int)(hash % 1024 % (uint)kinds.Length)] : ChatFault.None;
        }

        return request =>
        {
            var body = request.Body.GetRawText();
            var inARow = 0;
            for (var place = 1; place < request.Try; place++)
            {
                inARow = inARow < mostInARow && Drawn(body, place) != ChatFault.None ? inARow + 1 : 0;
            }

            return inARow < mostInARow ? Drawn(body, request.Try) : ChatFault.None;
        };
    }

    private static ulong HashOf(string text) => BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
