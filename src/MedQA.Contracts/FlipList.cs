namespace MedQA.Contracts;

/// <summary>A page of questions that only one of two runs answered right.</summary>
/// <param name="Flips">The questions, in the order of the first run.</param>
/// <param name="Next">The value of <c>from</c> for the next page; missing on the last.</param>
public sealed record FlipList(IReadOnlyList<Flip> Flips, int? Next);

/// <summary>A question that only one of two runs answered right.</summary>
/// <param name="Dataset">Its data set.</param>
/// <param name="Id">Its id within its data set.</param>
/// <param name="Topic">Its topic, or <see langword="null"/>.</param>
/// <param name="Gold">The letter of the right option, or of all right ones where several can be.</param>
/// <param name="First">The first run's answer.</param>
/// <param name="Second">The second run's answer.</param>
public sealed record Flip(string Dataset, string Id, string? Topic, string? Gold, FlipSide First, FlipSide Second)
{
    /// <summary>The beginning of the question.</summary>
    public string? Text { get; init; }
}

/// <summary>A run's answer to a question.</summary>
/// <param name="Ordinal">The question's position in the run, from 0.</param>
/// <param name="Answer">
/// The letter of the chosen option, or of all chosen ones where several can be right; <see langword="null"/> if there is none.
/// </param>
/// <param name="Correct">Whether it is right.</param>
/// <param name="Agreement">The votes for it divided by the samples asked for.</param>
/// <param name="Tie">Whether several options shared the most votes.</param>
public sealed record FlipSide(int Ordinal, string? Answer, bool Correct, double Agreement, bool Tie);
