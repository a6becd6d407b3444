using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace MedQA.Pipeline.Reading;

/// <summary>Where the next page begins, written so that nobody takes it for something to compute with.</summary>
internal static class Continuation
{
    public static string Of(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    public static string Of(int position) => Of(position.ToString(CultureInfo.InvariantCulture));

    /// <exception cref="ContinuationException">It is not a continuation.</exception>
    public static string? Key(string? continuation)
    {
        if (continuation is null)
        {
            return null;
        }

        try
        {
            var key = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(continuation));
            return key.Length is > 0 and <= 64 && key.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') ? key : throw new ContinuationException();
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException)
        {
            throw new ContinuationException();
        }
    }

    /// <exception cref="ContinuationException">It is not a continuation of answers.</exception>
    public static int Position(string? continuation) => Key(continuation) switch
    {
        null => 0,
        var key when int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var position) => position,
        _ => throw new ContinuationException(),
    };
}
