using MedQA.Evaluation;
using MedQA.Evaluation.Randomness;
using MedQA.Inference.Tokenization;
using MedQA.Tuning.Transformers;
using static TorchSharp.torch;

namespace MedQA.Tuning.Learning;

/// <summary>How a soft prompt begins (Lester et al. 2021, section 3.2).</summary>
internal enum SoftPromptStart
{
    /// <summary>
    /// As the embeddings of tokens that are words, drawn from the vocabulary's first thousands: byte-level vocabularies list frequent
    /// tokens first.
    /// </summary>
    Vocabulary,

    /// <summary>As the embeddings of a text, again and again until the prompt is full.</summary>
    Text,

    /// <summary>As numbers drawn evenly from −0.5 to 0.5.</summary>
    Random,
}

/// <summary>Makes the soft prompt that tuning begins with.</summary>
internal static class SoftPrompt
{
    private const int FrequentTokens = 5000;

    /// <param name="decoder">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="start">How it begins.</param>
    /// <param name="text">The text of <see cref="SoftPromptStart.Text"/>.</param>
    /// <param name="length">Virtual tokens.</param>
    /// <param name="seed">The seed of what is drawn.</param>
    /// <returns>[length, hidden], row-major.</returns>
    /// <exception cref="InputException">The text has no tokens.</exception>
    public static float[] Begin(Decoder decoder, Tokenizer tokenizer, SoftPromptStart start, string? text, int length, long seed)
    {
        var stream = RandomStream.For("tune-start", seed, "", "");
        if (start == SoftPromptStart.Random)
        {
            return [.. Enumerable.Range(0, length * decoder.Shape.Hidden).Select(index => (float)(stream.Uniform(index) - 0.5))];
        }

        long[] ids = start == SoftPromptStart.Vocabulary
            ? Drawn(stream, tokenizer, decoder.Shape.Vocabulary, length)
            : tokenizer.Encode(text ?? "") is { Length: > 0 } tokens
                ? [.. Enumerable.Range(0, length).Select(index => (long)tokens[index % tokens.Length])]
                : throw InputException.Of("--start-text", "has no tokens; give a text such as the task's instruction.");
        using var scope = NewDisposeScope();
        return decoder.Embed(tensor(ids)).data<float>().ToArray();
    }

    private static long[] Drawn(RandomStream stream, Tokenizer tokenizer, int vocabulary, int length)
    {
        var ids = new List<long>();
        var most = Math.Min(FrequentTokens, vocabulary);
        for (var draw = 0; ids.Count < length; draw++)
        {
            var id = stream.Below(most, draw);
            // A word of the vocabulary, not a control token or a piece of a character; a vocabulary of few words lets any token in after
            // many draws.
            if (draw > 100 * length || tokenizer.Decode([id], skipSpecial: true).Trim() is { Length: >= 2 } word && word.All(char.IsLetter))
            {
                ids.Add(id);
            }
        }

        return [.. ids];
    }
}
