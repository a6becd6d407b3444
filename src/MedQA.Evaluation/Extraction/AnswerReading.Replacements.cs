using System.Collections.Frozen;
using MedQA.Evaluation.Extraction.Words;

namespace MedQA.Evaluation.Extraction;

/// <content>"Erratum: for B read D": an answer that takes another's place.</content>
internal sealed partial class AnswerReading
{
    /// <summary>What precedes the old answer, and what then leads from it to the new one.</summary>
    private static readonly FrozenDictionary<string, string[]> Replacing = new (string Words, string Leads)[]
    {
        ("for", "read"),
        ("replace change", "by with to"),
        ("remplacer remplacez", "par"),
        ("sustituir sustitúyase cambiar reemplazar", "por"),
        ("dice", "debe decir"),
        ("statt anstatt", "muss es lies"),
        ("ersetze ersetzen", "durch"),
        ("把 将", "改为 改成"),
    }.SelectMany(static pair => pair.Words.Split(' ').Select(word => (word, pair.Leads)))
        .ToFrozenDictionary(static pair => pair.word, static pair => pair.Leads.Split(' '));

    /// <summary>"For C read D", "statt B muss es D heißen", "remplacer A par E": the second takes the place of the first.</summary>
    private void ReplacementNamed(OptionReferences.Reference old)
    {
        var at = old.First - 1;
        while (at >= 0 && (tokens[at].IsSymbol(Openers) || tokens[at].Has(WordRoles.Articles | WordRoles.OptionNouns)))
        {
            at--;
        }

        if (at < 0 || !old.ByLetter || !IsPlain(old) || !Replacing.TryGetValue(tokens[at].Text, out var leads)
            || !_clauses.IsStated(at) || _clauses.IsTentative(at) || _clauses.NamesPerson(at))
        {
            return;
        }

        var link = Skip(old.End, Closers);
        if (link >= tokens.Count || !leads.Contains(tokens[link].Text))
        {
            return;
        }

        while (link < tokens.Count && leads.Contains(tokens[link].Text))
        {
            link++;
        }

        if (OptionAt(link) is { ByLetter: true } other && other.Option != old.Option && !options.IsJoined(tokens, other)
            && (EndsOrReasons(other.End) || (Skip(other.End, Closers) is var behind && behind < tokens.Count
            && tokens[behind].Text is "dans" or "in" or "en")))
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
