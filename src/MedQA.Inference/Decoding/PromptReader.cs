using MedQA.Inference.Caching;
using MedQA.Inference.Sessions;
using MedQA.Inference.SoftPrompts;

namespace MedQA.Inference.Decoding;

/// <summary>
/// Reads (prefills) prompts: their keys and values go into a cache, and the logits of the last token say what may come next.
/// </summary>
internal sealed class PromptReader(DecoderSession session, PrefixCaches prefixes)
{
    /// <summary>Reads a prompt into an empty cache; afterwards the session's logits are those of the last token.</summary>
    /// <param name="cache">The cache; one row, with room for the prompt.</param>
    /// <param name="ids">The prompt's tokens, at least 1.</param>
    /// <param name="sharedLength">How many leading tokens other prompts share; they are read in passes of their own.</param>
    /// <param name="cancellationToken">Checked before each pass.</param>
    /// <param name="prefix">The keys and values of the virtual tokens that <paramref name="ids"/> and the shared tokens begin with, or
    /// <see langword="null"/> if there are none.</param>
    public void Read(
        KeyValueCache cache,
        ReadOnlySpan<int> ids,
        int sharedLength,
        CancellationToken cancellationToken,
        SoftPromptKeyValues? prefix = null)
    {
        var given = prefix?.Length ?? 0;
        var shared = given + OwnPassesOf(ids.Length - given, sharedLength - given);
        if (shared > given)
        {
            if (prefixes.Find(ids[..shared]) is { } kept)
            {
                cache.Fill(kept, shared);
            }
            else
            {
                FillWith(prefix, cache);
                Append(cache, ids[given..shared], cancellationToken);
                prefixes.Keep(ids[..shared], cache);
            }
        }
        else
        {
            FillWith(prefix, cache);
        }

        Append(cache, ids[shared..], cancellationToken);
    }

    /// <summary>
    /// Returns how many of the shared tokens are read in passes of their own: at least 2 must be left, since a pass of a single token is
    /// computed differently.
    /// </summary>
    private static int OwnPassesOf(int length, int sharedLength)
    {
        var shared = Math.Min(sharedLength, length - 2);
        return shared >= 2 ? shared : 0;
    }

    private static void FillWith(SoftPromptKeyValues? prefix, KeyValueCache cache)
    {
        if (prefix is not null)
        {
            cache.Fill(prefix);
        }
    }

    private void Append(KeyValueCache cache, ReadOnlySpan<int> ids, CancellationToken cancellationToken) =>
        Append(session, cache, ids, null, cancellationToken);

    /// <summary>Appends tokens to a cache of one row, in as many passes as they need.</summary>
    /// <param name="session">The graph.</param>
    /// <param name="cache">The cache, with room for the tokens.</param>
    /// <param name="ids">The tokens.</param>
    /// <param name="afterPass">Called after each pass with its number of tokens, if the hidden states are needed; else
    /// <see langword="null"/>.</param>
    /// <param name="cancellationToken">Checked before each pass.</param>
    public static void Append(
        DecoderSession session, KeyValueCache cache, ReadOnlySpan<int> ids, Action<int>? afterPass, CancellationToken cancellationToken)
    {
        foreach (var (start, length) in ChunkPlan.Cut(ids.Length, ChunkPlan.MostTokensOf(session.Layout)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var inputs = session.Ids(length);
            var positions = session.Positions(length);
            for (var index = 0; index < length; index++)
            {
                inputs[index] = ids[start + index];
                positions[index] = cache.Length + index;
            }

            session.Run(cache, length, logits: 1, wantsHidden: afterPass is not null);
            afterPass?.Invoke(length);
        }
    }
}
