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
    private readonly Dictionary<int, ThoughtMarker> _openings = [];
    private readonly ImmutableArray<ThoughtMarker> _written;

    public ThoughtTokens(Tokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        foreach (var pair in ThoughtMarkers.Pairs)
        {
            Add(pair.Open, Mark.Open);
            Add(pair.Close, Mark.Close);
            if (tokenizer.IdOf(pair.Open) is { } opening)
            {
                _openings[opening] = pair;
            }
        }

        _written = [.. ThoughtMarkers.Pairs.Where(pair => tokenizer.IdOf(pair.Open) is null)];

        // "<|end|>" alone ends turns elsewhere (Phi): it ends messages only where there are channels.
        if (tokenizer.IdOf(ThoughtMarkers.ChannelStart) is not null && tokenizer.IdOf(ThoughtMarkers.MessageStart) is not null)
        {
            Add(ThoughtMarkers.ChannelStart, Mark.Channel);
            Add(ThoughtMarkers.MessageStart, Mark.Message);
            HasChannels = true;
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

    /// <summary>Whether the model thinks in channels (gpt-oss).</summary>
    public bool HasChannels { get; }

    /// <summary>Returns whether a prompt ends within a thought.</summary>
    /// <param name="prompt">Its tokens.</param>
    public bool OpenAtEnd(ReadOnlySpan<int> prompt) => Opening(prompt) is not null;

    /// <summary>Returns the marks of the thought in which a prompt ends, or <see langword="null"/>.</summary>
    /// <param name="prompt">Its tokens.</param>
    public ThoughtMarker? Opening(ReadOnlySpan<int> prompt) => ThoughtMarkers.Opening(_tokenizer.Decode(prompt[Math.Max(0,
        prompt.Length - PromptEnd)..], skipSpecial: false));

    /// <summary>Returns the marks of the thought that a token opens, or <see langword="null"/>.</summary>
    public ThoughtMarker? OpenedBy(int token) => _openings.GetValueOrDefault(token);

    /// <summary>
    /// Returns the marks of the thought that a text opens, where the model has no token for it, or <see langword="null"/>.
    /// </summary>
    public ThoughtMarker? OpenedBy(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAny("<[◁") < 0)
        {
            return null;
        }

        foreach (var pair in _written)
        {
            if (text.Contains(pair.Open, StringComparison.OrdinalIgnoreCase))
            {
                return pair;
            }
        }

        return null;
    }

    /// <summary>Returns whether a token closes a thought, or ends a channel's message.</summary>
    public bool IsClose(int token) =>
        _marks.TryGetValue(token, out var mark) && (mark == Mark.Close || (mark == Mark.Open && !_openings.ContainsKey(token)));

    /// <summary>Returns whether a token begins a channel's name.</summary>
    public bool IsChannel(int token) => _marks.TryGetValue(token, out var mark) && mark == Mark.Channel;

    /// <summary>Returns whether a token begins a channel's message.</summary>
    public bool IsMessage(int token) => _marks.TryGetValue(token, out var mark) && mark == Mark.Message;

    /// <summary>Returns whether only the text tells that a thought is closed: there is no token for it.</summary>
    public bool IsClosedByText(ThoughtMarker marker) =>
        marker.Open != ThoughtMarkers.ChannelStart && _tokenizer.IdOf(marker.Close) is null;

    /// <summary>Returns the tokens that close a thought.</summary>
    public int[] ClosingOf(ThoughtMarker marker) =>
        _tokenizer.IdOf(marker.Close) is { } token ? [token]
        : marker.Open == ThoughtMarkers.ChannelStart ? _tokenizer.EncodeRecognizingSpecials(marker.Close)
        : _tokenizer.Encode(marker.Close);

    /// <summary>Returns how many tokens the longest mark has that closes a thought of the model; 0 if it has none.</summary>
    /// <param name="template">The text of its chat template, which may write marks that are no tokens; or <see langword="null"/>.</param>
    public int LongestClosing(string? template)
    {
        var known = ThoughtMarkers.Pairs.Where(
            pair => (_tokenizer.IdOf(pair.Open) is not null && _tokenizer.IdOf(pair.Close) is not null)
                || template?.Contains(pair.Close, StringComparison.Ordinal) == true);
        var channel = new ThoughtMarker(ThoughtMarkers.ChannelStart, ThoughtMarkers.ChannelClose);
        return known.Concat(HasChannels ? [channel] : []).Select(marker => ClosingOf(marker).Length).DefaultIfEmpty().Max();
    }

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
