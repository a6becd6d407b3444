using MedQA.Web.Problems;
using MedQA.Web.Requests;
using Microsoft.AspNetCore.Http;

namespace MedQA.Web.Tests.Requests;

public sealed class NegotiationTests
{
    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/*", "text/csv")]
    [InlineData("text/csv, application/json;q=0.5", "text/csv")]
    [InlineData("text/csv;q=0.2, application/json;q=0.5", "application/json")]
    [InlineData("application/json;q=0, */*;q=0.1", "text/csv")]
    [InlineData("text/html, */*;q=0.8", "application/json")]
    public void The_format_of_the_highest_quality_is_chosen(string? accept, string chosen) => Assert.Equal(chosen, Choose(accept));

    [Theory]
    [InlineData("image/png")]
    [InlineData("application/json;q=0, text/csv;q=0")]
    public void A_format_that_is_not_accepted_is_not_sent(string accept) => Assert.Equal(406, Assert.Throws<ProblemException>(() => Choose(accept)).Details.Status);

    private static string Choose(string? accept)
    {
        var request = new DefaultHttpContext().Request;
        if (accept is not null)
        {
            request.Headers.Accept = accept;
        }

        return Negotiation.Choose(request, "application/json", "text/csv");
    }
}
