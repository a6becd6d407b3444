using System.Collections.Frozen;

namespace MedQA.Evaluation.Extraction;

/// <content>"Erratum: for B read D": an answer that takes another's place.</content>
internal sealed partial class AnswerReading
{
    private static readonly FrozenSet<string> Replacing = FrozenSet.Create("for", "replace", "change", "remplacer", "remplacez", "lire",
        "sustituir", "sustitúyase", "cambiar", "dice", "statt", "anstatt", "ersetze", "ersetzen", "把", "将");

    private static readonly FrozenSet<string> Replaced = FrozenSet.Create("read", "by", "with", "to", "par", "por", "debe", "decir",
        "durch", "muss", "es", "lies", "改为", "改成");

    /// <summary>"For C read D", "statt B muss es D heißen", "remplacer A par E": the second takes the place of the first.</summary>
    private void ReplacementNamed(int at)
    {
        if (!Replacing.Contains(tokens[at].Text) || !_clauses.IsOwn(at) || _clauses.NamesPerson(at)
            || OptionAt(at + 1) is not { ByLetter: true } old)
        {
            return;
        }

        var link = Skip(old.End, Closers);
        if (link >= tokens.Count || !Replaced.Contains(tokens[link].Text))
        {
            return;
        }

        while (link < tokens.Count && Replaced.Contains(tokens[link].Text))
        {
            link++;
        }

        if (OptionAt(link) is { ByLetter: true } other && other.Option != old.Option && !options.IsJoined(tokens, other)
            && (EndsOrReasons(other.End) || tokens[Skip(other.End, Closers)].Text is "heißen" or "dans" or "in" or "en"))
        {
            _claims.Deny(old.Option);
            _claims.Add(ClaimRank.Answer, other);
        }
    }

    private OptionReferences.Reference? OptionAt(int at)
    {
        while (at < tokens.Count && (tokens[at].IsSymbol(Openers) || (tokens[at].Has(WordRoles.Articles | WordRoles.OptionNouns)
            && options.At(tokens, at) is null)))
        {
            at++;
        }

        return options.At(tokens, at) is { } named && IsPlain(named) ? named : null;
    }
}
