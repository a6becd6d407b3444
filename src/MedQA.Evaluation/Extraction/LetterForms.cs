using System.Text;

namespace MedQA.Evaluation.Extraction;

/// <summary>Letters and digits in other forms: fullwidth, circled, in brackets, mathematical.</summary>
internal static class LetterForms
{
    /// <summary>Returns the digit of which a character is a presentation form.</summary>
    public static char? DigitOf(Rune rune) => rune.Value switch
    {
        >= 0xFF10 and <= 0xFF19 => (char)('0' + rune.Value - 0xFF10), // fullwidth
        >= 0x2460 and <= 0x2468 => (char)('1' + rune.Value - 0x2460), // circled
        >= 0x2776 and <= 0x277E => (char)('1' + rune.Value - 0x2776), // white on black, circled
        _ => null,
    };

    /// <summary>
    /// Returns the Latin letter of which a character is a presentation form: these are the same letter, unlike letters of other alphabets
    /// that look like it.
    /// </summary>
    public static char? LetterOf(Rune rune) => rune.Value switch
    {
        >= 0xFF21 and <= 0xFF3A => (char)('A' + rune.Value - 0xFF21), // fullwidth
        >= 0xFF41 and <= 0xFF5A => (char)('a' + rune.Value - 0xFF41),
        >= 0x249C and <= 0x24B5 => (char)('a' + rune.Value - 0x249C), // in brackets
        >= 0x24B6 and <= 0x24CF => (char)('A' + rune.Value - 0x24B6), // circled
        >= 0x24D0 and <= 0x24E9 => (char)('a' + rune.Value - 0x24D0),
        >= 0x1D400 and <= 0x1D6A3 => (char)(((rune.Value - 0x1D400) % 52) is var place && place < 26 ? 'A' + place : 'a' + place - 26),
            // mathematical
        >= 0x1F110 and <= 0x1F129 => (char)('A' + rune.Value - 0x1F110), // in brackets
        >= 0x1F130 and <= 0x1F149 => (char)('A' + rune.Value - 0x1F130), // squared
        >= 0x1F150 and <= 0x1F169 => (char)('A' + rune.Value - 0x1F150), // white on black, circled
        >= 0x1F170 and <= 0x1F189 => (char)('A' + rune.Value - 0x1F170), // white on black, squared
        _ => null,
    };
}
