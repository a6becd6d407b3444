using System.Collections.Immutable;
using MedQA.Evaluation.LanguageModels;
using MedQA.Inference.Sampling;

namespace MedQA.Inference.Decoding;

/// <summary>One sample while it is drawn.</summary>
internal sealed class SampleInProgress(int index, SampleRequest request, SampleText text, ImmutableArray<int> endTokens)
{
    private readonly List<int> _tokens = new(Math.Min(request.MaxTokens, 256));
    private readonly List<TokenScore>? _scores = request.WantsTokenScores ? [] : null;
    private double _logLikelihood;
    private int _drawn;
    private SampleEnd? _end;

    /// <summary>Its index among the question's samples.</summary>
    public int Index => index;

    /// <summary>The request.</summary>
    public SampleRequest Request => request;

    /// <summary>How many tokens it has drawn: the place of the next.</summary>
    public int Drawn => _drawn;

    /// <summary>The token that it drew last.</summary>
    public int LastToken => _tokens[^1];

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _end is not null;

    /// <summary>Takes a drawn token.</summary>
    public void Append(DrawnToken token)
    {
        _drawn++;
        _logLikelihood += token.LogProbability;
        if (endTokens.Contains(token.Id))
        {
            _end = SampleEnd.EndToken;
            return;
        }

        _tokens.Add(token.Id);
        _scores?.Add(new([.. text.BytesOf(token.Id)], token.LogProbability));
        text.Append(token.Id);
        if (text.IsStopped)
        {
            _end = SampleEnd.StopText;
        }
        else if (_drawn == request.MaxTokens)
        {
            _end = SampleEnd.MaxTokens;
        }
    }

    /// <summary>Returns the ended sample.</summary>
    public Sample Finish()
    {
        var whole = text.Finish();
        return new()
        {
            Index = index,
            Text = whole,
            Tokens = [.. _tokens],
            LogLikelihood = _logLikelihood,
            DrawnTokens = _drawn,
            End = text.IsStopped ? SampleEnd.StopText : _end!.Value,
            TokenScores = _scores is null ? [] : [.. _scores],
        };
    }
}
