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
    [InlineData("application/vnd.medqa.sections+json", "application/vnd.medqa.sections+json")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/*", "application/json")]
    [InlineData("text/html, application/xhtml+xml, */*;q=0.8", "text/html")]
    public void The_blocks_of_a_document_come_to_those_only_who_name_their_type(string accept, string chosen)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.Accept = accept;
        Assert.Equal(chosen, Negotiation.ChooseDocument(request));
        Assert.Equal("Accept", request.HttpContext.Response.Headers.Vary);
    }

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
