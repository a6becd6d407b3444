using System.Text;

namespace MedQA.Inference.Tests.Sessions;

/// <summary>A protocol buffer message that can be changed and written again: enough to make variants of the tiny graphs. Field numbers are those of onnx.proto3.</summary>
internal sealed class OnnxMessage
{
    private readonly List<(int Field, int Wire, ulong Number, byte[] Bytes)> _fields = [];

    public static OnnxMessage Parse(ReadOnlySpan<byte> bytes)
    {
        var message = new OnnxMessage();
        var at = 0;
        while (at < bytes.Length)
        {
            var tag = Varint(bytes, ref at);
            var (field, wire) = ((int)(tag >> 3), (int)(tag & 7));
            switch (wire)
            {
                case 0:
                    message._fields.Add((field, wire, Varint(bytes, ref at), []));
                    break;
                case 2:
                    var length = (int)Varint(bytes, ref at);
                    message._fields.Add((field, wire, 0, bytes.Slice(at, length).ToArray()));
                    at += length;
                    break;
                default:
                    var size = wire == 1 ? 8 : 4;
                    message._fields.Add((field, wire, 0, bytes.Slice(at, size).ToArray()));
                    at += size;
                    break;
            }
        }

        return message;
    }

    public byte[] Write()
    {
        var bytes = new List<byte>();
        foreach (var (field, wire, number, content) in _fields)
        {
            WriteVarint(bytes, ((ulong)field << 3) | (uint)wire);
            if (wire == 0)
            {
                WriteVarint(bytes, number);
                continue;
            }

            if (wire == 2)
            {
                WriteVarint(bytes, (ulong)content.Length);
            }

            bytes.AddRange(content);
        }

        return [.. bytes];
    }

    public string? Text(int field) => Texts(field).FirstOrDefault();

    public List<string> Texts(int field) => [.. _fields.Where(item => item.Field == field).Select(static item => Encoding.UTF8.GetString(item.Bytes))];

    public OnnxMessage Set(int field, string text) => Set(field, (field, 2, 0, Encoding.UTF8.GetBytes(text)));

    public OnnxMessage Set(int field, long number) => Set(field, (field, 0, (ulong)number, []));

    public OnnxMessage Add(int field, string text) => Add((field, 2, 0, Encoding.UTF8.GetBytes(text)));

    public OnnxMessage Add(int field, OnnxMessage message) => Add((field, 2, 0, message.Write()));

    public OnnxMessage AddFirst(int field, OnnxMessage message)
    {
        _fields.Insert(0, (field, 2, 0, message.Write()));
        return this;
    }

    /// <summary>Replaces the texts of a repeated field, in order.</summary>
    public OnnxMessage SetTexts(int field, IReadOnlyList<string> texts)
    {
        _fields.RemoveAll(item => item.Field == field);
        foreach (var text in texts)
        {
            Add(field, text);
        }

        return this;
    }

    /// <summary>Changes each message of a repeated field.</summary>
    public OnnxMessage Edit(int field, Action<OnnxMessage> edit)
    {
        for (var index = 0; index < _fields.Count; index++)
        {
            if (_fields[index].Field == field)
            {
                var message = Parse(_fields[index].Bytes);
                edit(message);
                _fields[index] = _fields[index] with { Bytes = message.Write() };
            }
        }

        return this;
    }

    private OnnxMessage Set(int field, (int Field, int Wire, ulong Number, byte[] Bytes) value)
    {
        _fields.RemoveAll(item => item.Field == field);
        return Add(value);
    }

    private OnnxMessage Add((int Field, int Wire, ulong Number, byte[] Bytes) value)
    {
        _fields.Add(value);
        return this;
    }

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }

    private static void WriteVarint(List<byte> bytes, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
    }
}
