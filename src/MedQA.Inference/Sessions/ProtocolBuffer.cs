using System.Buffers.Binary;
using System.Text;

namespace MedQA.Inference.Sessions;

/// <summary>Reads the fields of one protocol buffer message in the order of the bytes.</summary>
internal ref struct ProtocolBuffer(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The current field's number.</summary>
    public int Field { get; private set; }

    /// <summary>The current field's value where it is a number (an integer or the bits of a floating-point number).</summary>
    public ulong Number { get; private set; }

    /// <summary>The current field's value where it has a length: a text, a message or packed numbers.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The current field's bytes, its tag included.</summary>
    public ReadOnlySpan<byte> Raw { get; private set; }

    /// <summary>The current field's value as a text.</summary>
    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Goes to the next field.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a protocol buffer or are truncated.</exception>
    public bool Read()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var start = _rest;
        var tag = ReadVarint();
        Field = (int)(tag >> 3);
        Number = 0;
        Bytes = default;
        switch (tag & 7)
        {
            case 0:
                Number = ReadVarint();
                break;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));
                break;
            case 2:
                Bytes = Take(ReadVarint());
                break;
            case 5:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));
                break;
            default:
                throw new InvalidDataException("it is not an ONNX graph");
        }

        Raw = start[..(start.Length - _rest.Length)];
        return true;
    }

    /// <summary>The integers of a repeated field, which are single or packed.</summary>
    public readonly void AppendIntegersTo(List<long> target)
    {
        if (Bytes.IsEmpty)
        {
            target.Add((long)Number);
            return;
        }

        var packed = new ProtocolBuffer(Bytes);
        while (!packed._rest.IsEmpty)
        {
            target.Add((long)packed.ReadVarint());
        }
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw new InvalidDataException("it is cut off");
        }

        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var index = 0; index < 10; index++)
        {
            if (index >= _rest.Length)
            {
                throw new InvalidDataException("it is cut off");
            }

            value |= (ulong)(_rest[index] & 0x7F) << (7 * index);
            if (_rest[index] < 0x80)
            {
                _rest = _rest[(index + 1)..];
                return value;
            }
        }

        throw new InvalidDataException("it is not an ONNX graph");
    }
}
