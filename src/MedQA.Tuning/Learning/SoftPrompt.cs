using MedQA.Evaluation;
using MedQA.Evaluation.Randomness;
using MedQA.Inference.Tokenization;
using MedQA.Tuning.Transformers;
using static TorchSharp.torch;

namespace MedQA.Tuning.Learning;

/// <summary>The initialization of a soft prompt (Lester et al. 2021, section 3.2).</summary>
internal enum SoftPromptStart
{
    /// <summary>
    /// Embeddings of random word tokens among the first thousands of the vocabulary, since byte-level vocabularies list frequent tokens
    /// first.
    /// </summary>
    Vocabulary,

    /// <summary>Embeddings of a text, repeated to fill the prompt.</summary>
    Text,

    /// <summary>Uniform random numbers from −0.5 to 0.5.</summary>
    Random,
}

/// <summary>Creates the initial soft prompt of a tuning.</summary>
internal static class SoftPrompt
{
    private const int FrequentTokens = 5000;

    /// <param name="decoder">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="start">The initialization.</param>
    /// <param name="text">The text of <see cref="SoftPromptStart.Text"/>.</param>
    /// <param name="length">The number of virtual tokens.</param>
    /// <param name="seed">The seed.</param>
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
                : throw InputException.Of("--start-text", "has no tokens; use a text such as the task's instruction.");
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
            // Accepts words, not control tokens or partial characters; for vocabularies with few words, accepts any token after many
            // draws.
            if (draw > 100 * length || tokenizer.Decode([id], skipSpecial: true).Trim() is { Length: >= 2 } word && word.All(char.IsLetter))
            {
                ids.Add(id);
            }
        }

        return [.. ids];
    }
}
