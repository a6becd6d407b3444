using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MedQA.Endpoints.Protocol;

/// <summary>Texts in JSON as services write them: a token can end within a character, whose half is then escaped alone.</summary>
internal static class JsonTexts
{
    private const string Replacement = "\\ufffd";

    /// <summary>Returns a text, with U+FFFD for each half of a character that stands alone.</summary>
    /// <param name="text">A JSON string.</param>
    /// <exception cref="InvalidOperationException">It is not in UTF-8.</exception>
    public static string Of(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return JsonElement.Parse(Mended(text.GetRawText())).GetString()!;
        }
    }

    private static string Mended(string raw)
    {
        var mended = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length;)
        {
            if (raw[i] != '\\')
            {
                mended.Append(raw[i++]);
            }
            else if (EscapedAt(raw, i) is not { } sign)
            {
                mended.Append(raw, i, 2);
                i += 2;
            }
            else if (char.IsHighSurrogate(sign) && EscapedAt(raw, i + 6) is { } low && char.IsLowSurrogate(low))
            {
                mended.Append(raw, i, 12);
                i += 12;
            }
            else
            {
                mended.Append(char.IsSurrogate(sign) ? Replacement : raw.AsSpan(i, 6));
                i += 6;
            }
        }

        return mended.ToString();
    }

    /// <summary>Returns the character that is escaped by its number at a place.</summary>
    private static char? EscapedAt(string raw, int at) =>
        at + 6 <= raw.Length && raw[at] == '\\' && raw[at + 1] == 'u'
        && ushort.TryParse(raw.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? (char)number
            : null;
}
