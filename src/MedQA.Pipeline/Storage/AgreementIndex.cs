using System.Buffers.Binary;

namespace MedQA.Pipeline.Storage;

/// <summary>
/// The agreement of every question that can be deferred, in the order of the ordinals: four bytes of ordinal and eight of agreement,
/// little-endian.
/// </summary>
internal static class AgreementIndex
{
    /// <summary>The file.</summary>
    public const string Name = "index/agreement.bin";

    private const int Entry = sizeof(int) + sizeof(double);

    /// <summary>The file over agreements.</summary>
    public static BinaryData Of(IReadOnlyList<(int Ordinal, double Agreement)> agreements)
    {
        var bytes = new byte[agreements.Count * Entry];
        for (var i = 0; i < agreements.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * Entry), agreements[i].Ordinal);
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan((i * Entry) + sizeof(int)), agreements[i].Agreement);
        }

        return BinaryData.FromBytes(bytes);
    }

    /// <summary>The ordinals with less agreement than a threshold, ascending.</summary>
    public static List<int> Below(ReadOnlySpan<byte> file, double threshold)
    {
        var ordinals = new List<int>();
        for (; file.Length >= Entry; file = file[Entry..])
        {
            if (BinaryPrimitives.ReadDoubleLittleEndian(file[sizeof(int)..]) < threshold)
            {
                ordinals.Add(BinaryPrimitives.ReadInt32LittleEndian(file));
            }
        }

        return ordinals;
    }
}
