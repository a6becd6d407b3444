namespace MedQA.Inference.Tokenization;

/// <summary>
/// The alphabet in which byte-level vocabularies are written (GPT-2): every byte has a printable character, its own where it has
/// one in Latin-1, else one from U+0100 on.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharOf = Characters();
    private static readonly short[] ByteOf = Bytes();

    /// <summary>Returns the character that represents a byte.</summary>
    public static char Character(byte value) => CharOf[value];

    /// <summary>Returns the byte that a character represents, or −1.</summary>
    public static int Byte(char character) => character < ByteOf.Length ? ByteOf[character] : -1;

    private static char[] Characters()
    {
        var characters = new char[256];
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            characters[value] = (char)(value is (>= 33 and <= 126) or (>= 161 and <= 172) or >= 174 ? value : next++);
        }

        return characters;
    }

    private static short[] Bytes()
    {
        var bytes = new short[CharOf.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var value = 0; value < 256; value++)
        {
            bytes[CharOf[value]] = (short)value;
        }

        return bytes;
    }
}
