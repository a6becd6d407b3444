namespace MedQA.Evaluation.Extraction;

/// <summary>How surely a text says that an option is the answer, in rising order.</summary>
internal enum ClaimRank
{
    /// <summary>"The answer may be C."</summary>
    Tentative,

    /// <summary>"Most consistent with (C)."</summary>
    Conclusion,

    /// <summary>A line that is nothing but an option.</summary>
    Bare,

    /// <summary>The one option of a list that is called right.</summary>
    Verdict,

    /// <summary>"C is correct."</summary>
    Predicate,

    /// <summary>"The answer is C", "I choose C".</summary>
    Answer,
}

/// <summary>What a text has claimed so far of which option is the answer; what is taken back is forgotten.</summary>
/// <param name="lastLineCounts">Whether of lines that are nothing but an option the last counts, where they differ.</param>
internal sealed class Claims(bool lastLineCounts)
{
    private readonly List<(ClaimRank Rank, OptionReferences.Reference Reference)> _claims = [];

    /// <summary>Whether an answer has been given, apart from mere conclusions.</summary>
    public bool HaveAnswer => _claims.Exists(static claim => claim.Rank >= ClaimRank.Bare);

    /// <summary>Claims an option.</summary>
    public void Add(ClaimRank rank, OptionReferences.Reference reference)
    {
        // Of equal claims the last one tells as much as all.
        _claims.RemoveAll(claim => claim.Rank == rank && claim.Reference.Option == reference.Option);
        _claims.Add((rank, reference));
    }

    /// <summary>An option is said to be wrong: claims of it do not count any more, nor do those before it was stated as the
    /// answer.</summary>
    /// <param name="option">The option.</param>
    public void Deny(int option)
    {
        var stated = _claims.FindLastIndex(claim => claim.Reference.Option == option && claim.Rank >= ClaimRank.Predicate);
        _claims.RemoveRange(0, stated + 1);
        _claims.RemoveAll(claim => claim.Reference.Option == option);
    }

    /// <summary>Everything before is taken back.</summary>
    public void Retract() => _claims.Clear();

    /// <summary>
    /// Returns the last claim of the highest rank. Lines and verdicts count where they agree; where several options are called correct in
    /// turn, or one follows another that was stated as the answer, no one can tell.
    /// </summary>
    public OptionReferences.Reference? Settle()
    {
        for (var rank = ClaimRank.Answer; rank >= ClaimRank.Tentative; rank--)
        {
            var last = _claims.FindLastIndex(claim => claim.Rank == rank);
            if (last < 0)
            {
                continue;
            }

            var settled = _claims[last].Reference;
            if (rank == ClaimRank.Answer)
            {
                return _claims.Exists(claim => claim.Rank == ClaimRank.Predicate && claim.Reference.First > settled.First
                    && claim.Reference.Option != settled.Option) ? null : settled;
            }

            var agree = !_claims.Exists(claim => claim.Rank == rank && claim.Reference.Option != settled.Option);
            if (rank == ClaimRank.Predicate && !agree)
            {
                return null;
            }

            if (agree || rank is ClaimRank.Conclusion or ClaimRank.Tentative || (rank == ClaimRank.Bare && lastLineCounts))
            {
                return settled;
            }
        }

        return null;
    }
}
