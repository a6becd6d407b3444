using System.Text;

namespace MedQA.Evaluation.LanguageModels;

/// <summary>
/// How many tokens texts have at most, for services that do not say beforehand. OpenAI's tokenizers need less for prose: o200k_base has a
/// token for four English letters, 0.8 for a Chinese character and 0.3 for an Arabic one; cl100k_base, which is older, 1.2 and 0.7. Texts
/// made of rare signs can need more; the service then refuses a prompt that does not fit.
/// </summary>
public static class TokenEstimate
{
    /// <summary>What a chat template writes around a message.</summary>
    private const int PerMessage = 8;

    /// <summary>What it writes around the conversation.</summary>
    private const int PerPrompt = 8;

    /// <summary>Returns the estimate for a prompt.</summary>
    public static int Of(Prompt prompt) => prompt switch
    {
        ChatPrompt chat => (int)Math.Min(
            chat.Messages.Sum(static message => (long)PerMessage + Of(message.Content)) + PerPrompt, int.MaxValue),
        CompletionPrompt completion => Of(completion.Text),
        _ => throw new ArgumentOutOfRangeException(nameof(prompt), prompt, "Unknown prompt."),
    };

    /// <summary>Returns the estimate for a text.</summary>
    public static int Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tenths = 0L;
        foreach (var rune in text.EnumerateRunes())
        {
            tenths += TenthsOf(rune);
        }

        return (int)Math.Min((tenths + 9) / 10, int.MaxValue);
    }

    private static int TenthsOf(Rune rune) => rune.Utf8SequenceLength switch
    {
        1 => char.IsAsciiLetter((char)rune.Value) || rune.Value is ' ' ? 3 : 10,
        2 => 8,
        3 => 12,
        _ => 20,
    };
}
