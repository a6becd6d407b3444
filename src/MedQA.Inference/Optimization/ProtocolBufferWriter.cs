using System.Buffers;
using System.Text;

namespace MedQA.Inference.Optimization;

/// <summary>Writes the fields of a protocol buffer message.</summary>
internal sealed class ProtocolBufferWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Returns the message so far.</summary>
    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    /// <summary>Writes a field as it stood in another message.</summary>
    public ProtocolBufferWriter Raw(ReadOnlySpan<byte> field)
    {
        _bytes.Write(field);
        return this;
    }

    /// <summary>Writes a number.</summary>
    public ProtocolBufferWriter Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    /// <summary>Writes a text.</summary>
    public ProtocolBufferWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Writes a message within the message.</summary>
    public ProtocolBufferWriter Message(int field, ProtocolBufferWriter value) => Bytes(field, value.ToArray());

    /// <summary>Bytes, or a message that is written already.</summary>
    public ProtocolBufferWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Write([(byte)(value | 0x80)]);
        }

        _bytes.Write([(byte)value]);
    }
}
