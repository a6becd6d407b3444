using System.Globalization;

namespace MedQA.Evaluation.LanguageModels;

/// <summary>Writes what tokens cost, for people.</summary>
public static class CostText
{
    /// <summary>Returns an amount with two decimals, or two significant digits below 0.10: <c>12.30 USD</c>, <c>0.0042 USD</c>.</summary>
    public static string Of(decimal amount, string currency)
    {
        var decimals = 2;
        for (var size = Math.Abs(amount); size is > 0 and < 0.1m && decimals < 10; size *= 10)
        {
            decimals++;
        }

        return amount.ToString($"#,0.{new string('0', 2)}{new string('#', decimals - 2)}", CultureInfo.InvariantCulture) + " " + currency;
    }
}
