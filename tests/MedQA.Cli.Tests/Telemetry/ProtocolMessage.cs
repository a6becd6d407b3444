using System.Buffers.Binary;
using System.Text;

namespace MedQA.Cli.Tests.Telemetry;

/// <summary>A message in the binary form of protocol buffers: its fields by number, as far as OTLP needs them.</summary>
internal sealed class ProtocolMessage
{
    private readonly Dictionary<int, List<(ulong Number, byte[] Bytes)>> _fields = [];

    /// <summary>Reads a message.</summary>
    public ProtocolMessage(byte[] content)
    {
        var rest = content.AsSpan();
        while (!rest.IsEmpty)
        {
            var tag = Varint(ref rest);
            var (number, bytes) = (tag & 7) switch
            {
                0 => (Varint(ref rest), Array.Empty<byte>()),
                1 => (BinaryPrimitives.ReadUInt64LittleEndian(Take(ref rest, 8)), Array.Empty<byte>()),
                2 => (0UL, Take(ref rest, (int)Varint(ref rest)).ToArray()),
                5 => (BinaryPrimitives.ReadUInt32LittleEndian(Take(ref rest, 4)), Array.Empty<byte>()),
                var kind => throw new InvalidDataException($"Field {tag >> 3} is of kind {kind}."),
            };
            (_fields.TryGetValue((int)(tag >> 3), out var known) ? known : _fields[(int)(tag >> 3)] = []).Add((number, bytes));
        }
    }

    /// <summary>The messages of a repeated field, or the one of a single field.</summary>
    public IEnumerable<ProtocolMessage> Messages(int field) => Values(field).Select(static value => new ProtocolMessage(value.Bytes));

    /// <summary>A text, empty where it is not there.</summary>
    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    /// <summary>Bytes in hexadecimal.</summary>
    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    /// <summary>A number, 0 where it is not there.</summary>
    public ulong Number(int field) => Values(field).Select(static value => value.Number).LastOrDefault();

    /// <summary>A number with fraction.</summary>
    public double Fraction(int field) => BitConverter.UInt64BitsToDouble(Number(field));

    /// <summary>The attributes of OTLP: a text each, numbers as text.</summary>
    public Dictionary<string, string> Attributes(int field) => Messages(field).ToDictionary(static pair => pair.Text(1), static pair => pair.Messages(2).Single() is var value && value._fields.ContainsKey(3) ? $"{value.Number(3)}" : value.Text(1));

    private byte[] Bytes(int field) => Values(field).Select(static value => value.Bytes).LastOrDefault() ?? [];

    private List<(ulong Number, byte[] Bytes)> Values(int field) => _fields.GetValueOrDefault(field) ?? [];

    private static ReadOnlySpan<byte> Take(ref Span<byte> rest, int count)
    {
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    private static ulong Varint(ref Span<byte> rest)
    {
        var (value, shift) = (0UL, 0);
        while (true)
        {
            var next = Take(ref rest, 1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }

            shift += 7;
        }
    }
}
