using System.Collections.Immutable;
using MedQA.Evaluation;
using MedQA.Evaluation.Extraction;
using MedQA.Inference.Tokenization;

namespace MedQA.Inference.Prompts;

/// <summary>A model's tokens that mark its thoughts (<see cref="ThoughtMarkers"/>): special ones, which decoding drops, among them. Safe
/// for concurrent use.</summary>
internal sealed class ThoughtTokens
{
    /// <summary>The most tokens of a template's opening of a thought, with the white space after it.</summary>
    private const int PromptEnd = 16;

    private readonly Tokenizer _tokenizer;
    private readonly Dictionary<int, Mark> _marks = [];

    public ThoughtTokens(Tokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        foreach (var pair in ThoughtMarkers.Pairs)
        {
            Add(pair.Open, Mark.Open);
            Add(pair.Close, Mark.Close);
        }

        // "<|end|>" alone ends turns elsewhere (Phi): it ends messages only where there are channels.
        if (tokenizer.IdOf(ThoughtMarkers.ChannelStart) is not null && tokenizer.IdOf(ThoughtMarkers.MessageStart) is not null)
        {
            Add(ThoughtMarkers.ChannelStart, Mark.Channel);
            Add(ThoughtMarkers.MessageStart, Mark.Message);
            foreach (var end in ThoughtMarkers.MessageEnds)
            {
                Add(end, Mark.Open);
            }
        }
    }

    private enum Mark
    {
        /// <summary>What follows is not said to the reader.</summary>
        Open,

        /// <summary>What follows is.</summary>
        Close,

        /// <summary>A channel's name follows.</summary>
        Channel,

        /// <summary>The channel's message follows.</summary>
        Message,
    }

    /// <summary>Returns whether a prompt ends within a thought.</summary>
    /// <param name="prompt">Its tokens.</param>
    public bool OpenAtEnd(ReadOnlySpan<int> prompt) => ThoughtMarkers.OpenAtEnd(_tokenizer.Decode(prompt[Math.Max(0,
        prompt.Length - PromptEnd)..], skipSpecial: false));

    /// <summary>Returns the part of a sample's text outside thoughts: from the last closed thought up to one that was not closed.</summary>
    /// <param name="tokens">The sample's tokens.</param>
    /// <param name="textLength">The length of its text: shorter than the tokens' where a stop text ended it.</param>
    /// <param name="isOpen">Whether it begins within a thought.</param>
    /// <returns><see langword="null"/> if no token of the sample marks a thought, and it does not begin in one.</returns>
    public TextSpan? SpokenPart(ImmutableArray<int> tokens, int textLength, bool isOpen)
    {
        if (!isOpen && !tokens.Any(_marks.ContainsKey))
        {
            return null;
        }

        var decoder = new StreamingDecoder(_tokenizer);
        var channel = new System.Text.StringBuilder();
        var inName = false;
        var (at, from) = (0, 0);
        int? to = isOpen ? 0 : null;
        foreach (var token in tokens)
        {
            var mark = _marks.TryGetValue(token, out var known) ? known : (Mark?)null;
            if (mark is Mark.Open or Mark.Channel)
            {
                to ??= at;
                channel.Clear();
                inName = mark == Mark.Channel;
            }

            var piece = decoder.Append(token);
            at += piece.Length;
            if (mark is Mark.Close
                || (mark is Mark.Message && channel.ToString().AsSpan().TrimStart().StartsWith(ThoughtMarkers.AnswerChannel,
                StringComparison.Ordinal)))
            {
                (from, to) = (at, null);
            }

            inName &= mark is Mark.Channel or null;
            if (inName && mark is null)
            {
                channel.Append(piece);
            }
        }

        from = Math.Min(from, textLength);
        return new(from, Math.Clamp(to ?? textLength, from, textLength) - from);
    }

    private void Add(string text, Mark mark)
    {
        if (_tokenizer.IdOf(text) is { } id)
        {
            _marks[id] = mark;
        }
    }
}
